// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Counter} from "../Counter.sol";
import {Bn254} from "../libraries/Bn254.sol";
import {BranchStream} from "../libraries/BranchStream.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";

/// @title Opening sealed ballots once the trustees' key is out
contract OpeningModule is Counter {
    using ManifestReader for bytes;
    using BranchStream for BranchStream.Stack;

    /// @dev Cached bitmap words of the voters being opened. The dead are those with a later act, or voided.
    struct Bits {
        uint256 index;
        uint256 opened;
        uint256 dead;
        bool anyDead;
        uint32 count;
    }

    /// @notice Publishes the trustees' secret. Before the barrier this only records that secrecy is lost.
    function releaseKey(uint256 secret) external {
        bytes memory m = ManifestReader.load();
        Phase phase = _phase(m);
        if (phase < Phase.Frozen || phase > Phase.Opening) revert ElectionWrongPhase(uint8(phase));
        if (_secret != 0 || secret == 0 || secret >= Bn254.ORDER) revert TrusteeWrongSecret();
        (uint256 x, uint256 y) = Bn254.multiply(1, 2, secret);
        if (x != m.word(228) || y != m.word(260)) revert TrusteeWrongSecret();
        _secret = secret;
        _progress.keyBlock = uint64(block.number);
        bool lost = block.timestamp < m.barrierAt();
        _progress.secrecyLost = lost;
        emit KeyReleased(secret, lost);
    }

    /// @notice Opens firsts of one batch. Anyone may call.
    function open(uint32 batch, bytes32 seals, bytes calldata stream) external {
        bytes memory m = ManifestReader.load();
        _requireKey(m);
        Count memory c = _start(m, stream);
        Bits memory bits = _bits();
        uint256 flags = _readByte(c);
        Voter memory v;
        while (c.at < c.end) {
            uint256 token = _readByte(c);
            if (token == BranchStream.OUTSIDE) revert BatchMalformed(token);
            if (!_isRecord(c, token)) continue;
            _readVoter(c, v, flags);
            bytes32 salt = _readWord(c);
            bytes32 hash = _readChoices(c);
            bytes32 envelope = _envelope(c, v.number, 0, hash, salt);
            c.stack.push(0, Messages.leaf(v.terms, envelope));
            if (_claim(bits, v.number)) _count(c, v);
        }
        if (c.stack.size == 0) revert OpeningMismatch(batch);
        _release(bits);
        _finish(c, batch, seals);
    }

    /// @notice Opens live ballots that their voters' slots hold. Anyone may call.
    function openActs(bytes calldata records) external {
        bytes memory m = ManifestReader.load();
        _requireKey(m);
        Count memory c = _start(m, records);
        Voter memory v;
        uint32 opened;
        while (c.at < c.end) {
            _readVoter(c, v, ALL_FIELDS);
            bytes32 escrow = _readWord(c);
            bytes32 salt = _readWord(c);
            bytes32 hash = _readChoices(c);
            uint256 slot = _slots[v.number];
            uint256 order = slot >> 208 & 0xffffffff;
            bytes32 envelope = _envelope(c, v.number, order, hash, salt);
            uint256 act = uint256(Messages.act(v.terms | order << 192, envelope, escrow));
            if (slot & IS_BALLOT == 0 || (act ^ slot) & ACT_MASK != 0) {
                revert OpeningNothingThere(uint32(v.number));
            }
            if (_bit(_opened, v.number) || _bit(_voided, v.number)) continue;
            _setBit(_opened, v.number);
            ++opened;
            _count(c, v);
        }
        _counters.opened += opened;
        _flush(c);
    }

    function _requireKey(bytes memory m) private view {
        _requirePhase(m, Phase.Opening);
        if (_secret == 0) revert ElectionWrongPhase(uint8(Phase.Opening));
    }

    function _count(Count memory c, Voter memory v) private {
        _addChoices(c, v, 1);
        uint256 at = c.choices;
        uint256 length = c.choicesLength;
        uint256 voter = v.number;
        if (length <= 32) {
            bytes32 topic = BallotOpened.selector;
            assembly ("memory-safe") {
                log2(at, 32, topic, voter)
            }
            return;
        }
        bytes memory choices = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(choices, 32), at, length)
        }
        emit LongBallotOpened(uint32(voter), choices);
    }

    function _bits() private view returns (Bits memory bits) {
        bits.index = type(uint256).max;
        bits.anyDead = _counters.touched | _counters.voided != 0;
    }

    /// @dev Whether the voter's first is live and not opened yet; marks it opened.
    function _claim(Bits memory bits, uint256 voter) private returns (bool) {
        uint256 index = voter >> 8;
        if (index != bits.index) {
            if (bits.count != 0) _opened[bits.index] = bits.opened;
            bits.index = index;
            bits.opened = _opened[index];
            if (bits.anyDead) bits.dead = _touched[index] | _voided[index];
        }
        uint256 bit = 1 << (voter & 255);
        if ((bits.opened | bits.dead) & bit != 0) return false;
        bits.opened |= bit;
        unchecked {
            ++bits.count;
        }
        return true;
    }

    function _release(Bits memory bits) private {
        if (bits.count == 0) return;
        _opened[bits.index] = bits.opened;
        _counters.opened += bits.count;
    }
}
