// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Counter} from "../Counter.sol";
import {BranchStream} from "../libraries/BranchStream.sol";
import {Calldata} from "../libraries/Calldata.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Tally} from "../libraries/Tally.sol";

/// @title After the barrier: the live ballot of every voter with several acts goes into the count; then certification
contract SettleModule is Counter {
    using ManifestReader for bytes;
    using BranchStream for BranchStream.Stack;

    /// @notice Settles the voters in `stream`; those with a first are proven against `batch`. Anyone may call.
    function settle(uint32 batch, bytes32 seals, bytes calldata stream) external {
        bytes memory m = ManifestReader.load();
        if (_counters.flags & (FROZEN | CANCELLED) != FROZEN || block.timestamp < m.barrierAt()) {
            revert ElectionWrongPhase(uint8(_phase(m)));
        }
        Count memory c = _start(m, stream);
        bool isSealed = m.secrecy() == ManifestReader.SEALED;
        uint256 flags = Calldata.u8(c.start);
        uint256 fields = _fieldsSize(flags);
        uint256 at = c.start + 1;
        uint32 settled;
        while (at < c.end) {
            uint256 token = Calldata.u8(at);
            if (token != BranchStream.RECORD && token != BranchStream.OUTSIDE) {
                at = _readSubtree(c, token, at + 1);
                continue;
            }
            uint256 voter = Calldata.word(at + 1) >> 224;
            at += 5;
            bool outside = token == BranchStream.OUTSIDE;
            uint256 slot = _slots[voter];
            if (slot & HAS_ACT == 0 || (slot & HAS_FIRST == 0) != outside) {
                revert OpeningNothingThere(uint32(voter));
            }
            bool pending = slot & IS_SETTLED == 0;
            if (!outside) {
                uint256 terms = _readFields(c, at, flags, voter);
                at = _takeOut(c, terms, at + fields, isSealed, pending);
            }
            if (slot & IS_BALLOT != 0) at = _putIn(c, voter, slot, at, isSealed, pending);
            if (!pending) continue;
            _slots[voter] = slot | IS_SETTLED;
            unchecked {
                ++settled;
            }
            emit VoterSettled(uint32(voter), slot);
        }
        if (at != c.end) revert BatchMalformed(c.end);
        _counters.settled += settled;
        _finish(c, batch, seals);
    }

    /// @notice Declares the count complete. Anyone may call.
    function certify() external {
        bytes memory m = ManifestReader.load();
        _requirePhase(m, Phase.Opening);
        bool isSealed = m.secrecy() == ManifestReader.SEALED;
        if (block.timestamp < m.certifyAt() || isSealed && _secret == 0) {
            revert ElectionWrongPhase(uint8(Phase.Opening));
        }
        Counters memory n = _counters;
        uint256 unsettled = n.touched - n.settled;
        uint256 unopened = isSealed ? n.live - n.opened - n.voided : 0;
        if (unsettled | unopened != 0) revert CertifyIncomplete(unsettled, unopened);
        _counters.flags |= CERTIFIED;
        emit ElectionCertified(n.live, n.liveWeight, n.voided);
    }

    function _takeOut(Count memory c, uint256 terms, uint256 at, bool isSealed, bool pending)
        private
        pure
        returns (uint256 next)
    {
        unchecked {
            next = at + (isSealed ? 32 : c.choicesLength);
            _require(c, next);
            bytes32 content = isSealed ? bytes32(Calldata.word(at)) : _readChoices(c, at);
            _pushLeaf(c, terms, content);
            if (!pending) return next;
            Tally.addVoter(c.entry, c.weight, -1);
            if (!isSealed) _addChoices(c, -1);
        }
    }

    function _putIn(
        Count memory c,
        uint256 voter,
        uint256 slot,
        uint256 at,
        bool isSealed,
        bool pending
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 terms = _readFields(c, at, ALL_FIELDS, voter);
            terms |= (slot >> 208 & 0xffffffff) << 192;
            at += ALL_FIELDS_SIZE;
            next = at + (isSealed ? 64 : c.choicesLength);
            _require(c, next);
            bytes32 content = isSealed ? bytes32(Calldata.word(at)) : _readChoices(c, at);
            bytes32 escrow = isSealed ? bytes32(Calldata.word(at + 32)) : bytes32(0);
            uint256 act = uint256(Messages.act(terms, content, escrow));
            if ((act ^ slot) & ACT_MASK != 0) revert OpeningNothingThere(uint32(voter));
            if (!pending) return next;
            Tally.addVoter(c.entry, c.weight, 1);
            if (!isSealed) _addChoices(c, 1);
        }
    }
}
