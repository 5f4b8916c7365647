// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Counter} from "../Counter.sol";
import {Bn254} from "../libraries/Bn254.sol";
import {BranchStream} from "../libraries/BranchStream.sol";
import {Choices} from "../libraries/Choices.sol";
import {Calldata} from "../libraries/Calldata.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Piles} from "../libraries/Piles.sol";

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
        uint256 count;
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
        uint256 flags = Calldata.u8(c.start);
        uint256 fields = _fieldsSize(flags);
        uint256 piles = Piles.create();
        _turnTo(c, 0, 0);
        unchecked {
            uint256 size = 36 + fields + c.choicesLength;
            uint256 at = c.start + 1;
            while (at < c.end) {
                uint256 token = Calldata.u8(at);
                ++at;
                if (token != BranchStream.RECORD) {
                    at = _readSubtree(c, token, at);
                    continue;
                }
                _require(c, at + size);
                uint256 voter = Calldata.word(at) >> 224;
                uint256 terms =
                    flags == 0 ? PLAIN_TERMS | voter << 64 : _readFields(c, at + 4, flags, voter);
                uint256 salt = at + 4 + fields;
                bytes32 hash = _readChoices(c, salt + 32);
                _pushLeaf(c, terms, _envelope(c, voter, 0, hash, bytes32(Calldata.word(salt))));
                if (_claim(bits, voter)) {
                    _log(c, voter);
                    _pile(c, piles, hash, salt + 32);
                }
                at += size;
            }
        }
        if (c.stack.leaves == 0) revert OpeningMismatch(batch);
        _release(bits);
        _countPiles(c, piles);
        _finish(c, batch, seals);
    }

    /// @notice Opens live ballots that their voters' slots hold. Anyone may call.
    function openActs(bytes calldata records) external {
        bytes memory m = ManifestReader.load();
        _requireKey(m);
        Count memory c = _start(m, records);
        uint256 size = 68 + ALL_FIELDS_SIZE + c.choicesLength;
        if (records.length == 0 || records.length % size != 0) {
            revert BatchMalformed(records.length);
        }
        uint32 opened;
        for (uint256 at = c.start; at < c.end; at += size) {
            uint256 voter = Calldata.word(at) >> 224;
            uint256 terms = _readFields(c, at + 4, ALL_FIELDS, voter);
            uint256 escrow = at + 4 + ALL_FIELDS_SIZE;
            bytes32 hash = _readChoices(c, escrow + 64);
            uint256 slot = _slots[voter];
            uint256 order = slot >> 208 & 0xffffffff;
            bytes32 envelope = _envelope(c, voter, order, hash, bytes32(Calldata.word(escrow + 32)));
            uint256 act = uint256(
                Messages.act(terms | order << 192, envelope, bytes32(Calldata.word(escrow)))
            );
            if (slot & IS_BALLOT == 0 || (act ^ slot) & ACT_MASK != 0) {
                revert OpeningNothingThere(uint32(voter));
            }
            if (_bit(_opened, voter) || _bit(_voided, voter)) continue;
            _setBit(_opened, voter);
            ++opened;
            _log(c, voter);
            _addChoices(c, 1);
        }
        _counters.opened += opened;
        _flush(c);
    }

    function _requireKey(bytes memory m) private view {
        _requirePhase(m, Phase.Opening);
        if (_secret == 0) revert ElectionWrongPhase(uint8(Phase.Opening));
    }

    /// @dev Puts the ballot just read on the pile of its equals: same choices, same seat. A seat has 24 bits, so two
    /// keys agree only where hashes agree in all others.
    function _pile(Count memory c, uint256 piles, bytes32 hash, uint256 choices) private pure {
        bytes32 key = hash ^ bytes32(c.seat);
        uint256 taken = Piles.add(piles, key, c.weight);
        if (taken == 0) return;
        (uint256 seat, uint256 weight) = (c.seat, c.weight);
        _countPile(c, taken);
        _turnTo(c, seat >> 8, seat & 0xff);
        Piles.start(taken, key, weight, seat, choices);
    }

    function _countPile(Count memory c, uint256 at) private pure {
        if (Piles.isEmpty(at)) return;
        Piles.Pile memory pile = Piles.read(at);
        _turnTo(c, pile.seat >> 8, pile.seat & 0xff);
        _readChoices(c, pile.choices);
        uint256 heads = uint128(pile.ballots);
        Choices.count(c.book, c.choices, c.voter, c.entry, heads, pile.ballots >> 128);
    }

    function _countPiles(Count memory c, uint256 piles) private pure {
        for (uint256 i; i < Piles.PLACES; ++i) {
            _countPile(c, Piles.place(piles, i));
        }
    }

    function _log(Count memory c, uint256 voter) private {
        uint256 at = c.choices;
        uint256 length = c.choicesLength;
        if (length > 32) {
            _logLong(at, length, voter);
            return;
        }
        bytes32 topic = BallotOpened.selector;
        assembly ("memory-safe") {
            log2(at, 32, topic, voter)
        }
    }

    function _logLong(uint256 at, uint256 length, uint256 voter) private {
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
        unchecked {
            if (voter >> 8 != bits.index) _turnToWord(bits, voter >> 8);
            uint256 bit = 1 << (voter & 255);
            uint256 opened = bits.opened;
            if ((opened | bits.dead) & bit != 0) return false;
            bits.opened = opened | bit;
            ++bits.count;
            return true;
        }
    }

    function _turnToWord(Bits memory bits, uint256 index) private {
        if (bits.count != 0) _opened[bits.index] = bits.opened;
        bits.index = index;
        bits.opened = _opened[index];
        if (bits.anyDead) bits.dead = _touched[index] | _voided[index];
    }

    function _release(Bits memory bits) private {
        if (bits.count == 0) return;
        _opened[bits.index] = bits.opened;
        _counters.opened += uint32(bits.count);
    }
}
