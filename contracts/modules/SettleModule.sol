// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Counter} from "../Counter.sol";
import {BranchStream} from "../libraries/BranchStream.sol";
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
        if (!_progress.frozen || _progress.cancelled || block.timestamp < m.barrierAt()) {
            revert ElectionWrongPhase(uint8(_phase(m)));
        }
        Count memory c = _start(m, stream);
        bool isSealed = m.secrecy() == ManifestReader.SEALED;
        uint256 flags = _readByte(c);
        uint32 settled;
        Voter memory first;
        Voter memory live;
        while (c.at < c.end) {
            uint256 token = _readByte(c);
            if (!_isRecord(c, token)) continue;
            bool outside = token == BranchStream.OUTSIDE;
            _readVoter(c, first, outside ? 0 : flags);
            uint256 slot = _slots[first.number];
            if (slot & HAS_ACT == 0 || (slot & HAS_FIRST == 0) != outside) {
                revert OpeningNothingThere(uint32(first.number));
            }
            bool pending = slot & IS_SETTLED == 0;
            if (!outside) _takeOut(c, first, isSealed, pending);
            if (slot & IS_BALLOT != 0) {
                live.number = first.number;
                _putIn(c, live, slot, isSealed, pending);
            }
            if (!pending) continue;
            _slots[first.number] = slot | IS_SETTLED;
            ++settled;
            emit VoterSettled(uint32(first.number), slot);
        }
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
        _progress.certified = true;
        emit ElectionCertified(n.live, n.liveWeight, n.voided);
    }

    function _takeOut(Count memory c, Voter memory first, bool isSealed, bool pending) private pure {
        bytes32 content = isSealed ? _readWord(c) : _readChoices(c);
        c.stack.push(0, Messages.leaf(first.terms, content));
        if (!pending) return;
        Tally.addVoter(Tally.entry(c.table, first.stratum), first.weight, -1);
        if (!isSealed) _addChoices(c, first, -1);
    }

    function _putIn(
        Count memory c,
        Voter memory live,
        uint256 slot,
        bool isSealed,
        bool pending
    ) private pure {
        _readTerms(c, live, ALL_FIELDS);
        uint256 terms = live.terms | (slot >> 208 & 0xffffffff) << 192;
        bytes32 content = isSealed ? _readWord(c) : _readChoices(c);
        bytes32 escrow = isSealed ? _readWord(c) : bytes32(0);
        uint256 act = uint256(Messages.act(terms, content, escrow));
        if ((act ^ slot) & ACT_MASK != 0) revert OpeningNothingThere(uint32(live.number));
        if (!pending) return;
        Tally.addVoter(Tally.entry(c.table, live.stratum), live.weight, 1);
        if (!isSealed) _addChoices(c, live, 1);
    }
}
