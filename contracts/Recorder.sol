// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "./ElectionState.sol";
import {Agenda} from "./libraries/Agenda.sol";
import {BatchTree} from "./libraries/BatchTree.sol";
import {Choices} from "./libraries/Choices.sol";
import {ManifestReader} from "./libraries/ManifestReader.sol";
import {Messages} from "./libraries/Messages.sol";
import {Tally} from "./libraries/Tally.sol";

/// @title Putting verified acts on record
/// @notice The one place where an act becomes a first, replaces what its voter's slot holds, or is skipped.
/// Modules verify signatures; this contract decides by state alone.
abstract contract Recorder is ElectionState {
    using ManifestReader for bytes;

    uint256 internal constant BALLOT = 1;
    uint256 internal constant WITHDRAWAL = 2;
    uint256 internal constant ONLINE_ASSEMBLY = 1;
    uint256 internal constant LAST_REVISION = 1023;

    uint8 internal constant NOT_OPEN = 1;
    uint8 internal constant UNKNOWN_VOTER = 2;
    uint8 internal constant BAD_SIGNATURE = 3;
    uint8 internal constant BAD_ATTESTATION = 4;
    uint8 internal constant BAD_WEIGHT = 5;
    uint8 internal constant TOO_MUCH_WEIGHT = 6;
    uint8 internal constant SUPERSEDED = 7;
    uint8 internal constant WRONG_EPOCH = 8;
    uint8 internal constant BAD_KIND = 9;
    uint8 internal constant BAD_CONTENT = 10;
    uint8 internal constant UNKNOWN_CLASS = 11;

    uint256 internal constant HAS_FIRST = 1 << 200;
    uint256 internal constant HAS_ACT = 1 << 201;
    uint256 internal constant IS_BALLOT = 1 << 202;
    uint256 internal constant IS_SETTLED = 1 << 203;
    uint256 internal constant ACT_MASK = (1 << 200) - 1;

    /// @dev One act as a module hands it over. `channel` and `epoch` are the module's word. For a sealed ballot
    /// `content` is the envelope and `escrow` the hash of its escrow; for an open one the hash of its choices and 0.
    struct Act {
        uint256 voter;
        uint256 weight;
        uint256 class;
        uint256 epoch;
        uint256 revision;
        uint256 kind;
        uint256 channel;
        bytes32 key;
        bytes32 digest;
        bytes32 content;
        bytes32 escrow;
    }

    /// @dev A batch under way. `log` is the memory of the event being built: terms, key, then the body, whose
    /// payload starts `payload` bytes in; `word` caches `_acted[wordIndex]`.
    struct Batch {
        bytes manifest;
        bool open;
        bool checkIns;
        uint256 rollSize;
        uint256 largestWeight;
        uint256 classes;
        uint256 rollWeight;
        uint256 choicesLength;
        uint256 isSealed;
        uint256 wordIndex;
        uint256 word;
        uint256 live;
        uint256 liveWeight;
        uint256 touched;
        uint256 leaves;
        uint256 seals;
        uint256 firsts;
        bool recorded;
        uint256 log;
        uint256 payload;
        uint256 logSize;
        bytes32 topic;
        Tally.Table table;
        Agenda.Book book;
    }

    /// @notice Starts a batch of at most `count` acts.
    function _begin(bytes memory m, uint256 count, bool isOpen)
        internal
        view
        returns (Batch memory b)
    {
        unchecked {
            b.manifest = m;
            b.open = isOpen;
            b.checkIns = _progress.anyCheckIn;
            b.rollSize = m.rollSize();
            b.largestWeight = m.largestWeight();
            b.classes = m.classCount();
            b.rollWeight = m.rollWeight();
            b.choicesLength = m.choicesLength();
            b.isSealed = m.secrecy();
            b.wordIndex = type(uint256).max;
            b.live = _counters.live;
            b.liveWeight = _counters.liveWeight;
            b.touched = _counters.touched;
            b.leaves = _allocate(count << 5);
            if (b.isSealed != 0) b.seals = _allocate(count << 5);
            else b.book = Agenda.load(m);
            b.table = Tally.create(5 * m.groupCount(), b.book.words * b.book.planes);
            _shapeLog(b);
        }
    }

    /// @notice Records the act or says why not (0: recorded). The payload is at calldata offset `payload`.
    function _record(Batch memory b, Act memory a, uint256 payload)
        internal
        returns (uint8 reason)
    {
        unchecked {
            if (a.weight == 0 || a.weight > b.largestWeight) return BAD_WEIGHT;
            if (a.kind - 1 > 1 || a.revision > LAST_REVISION) return BAD_KIND;
            if (a.kind == WITHDRAWAL && !_isZero(payload, _payloadSize(b))) return BAD_CONTENT;
            if (a.class >= b.classes) return UNKNOWN_CLASS;
            if (a.voter >> 8 != b.wordIndex) _turnTo(b, a.voter >> 8);
            uint256 bit = 1 << (a.voter & 255);
            bool acted = b.word & bit != 0;
            if (b.checkIns && a.channel == 0 && _bit(_checkedIn, a.voter)) {
                a.channel = ONLINE_ASSEMBLY;
            }
            uint256 terms = a.kind << 248 | a.channel << 240 | a.class << 224 | a.epoch << 208
                | a.revision << 192 | a.voter << 64 | a.weight;
            if (acted || a.epoch | a.revision != 0 || a.kind != BALLOT) {
                reason = _recordLater(b, a, terms, acted);
                if (reason != 0) return reason;
            } else {
                if (b.liveWeight + a.weight > b.rollWeight) return TOO_MUCH_WEIGHT;
                ++b.live;
                b.liveWeight += a.weight;
                _recordFirst(b, a, terms);
            }
            b.word |= bit;
            b.recorded = true;
            _log(b, a, terms);
        }
    }

    /// @notice Writes what the batch changed. A batch in which nothing was recorded changes nothing.
    function _end(Batch memory b) internal {
        if (!b.recorded) return;
        _acted[b.wordIndex] = b.word;
        Counters memory c = _counters;
        c.live = uint32(b.live);
        c.liveWeight = uint64(b.liveWeight);
        c.touched = uint32(b.touched);
        uint256 firsts = b.firsts;
        if (firsts != 0) {
            bytes32 root = BatchTree.root(b.leaves, firsts);
            bytes32 seals;
            if (b.isSealed != 0) {
                uint256 at = b.seals;
                assembly ("memory-safe") {
                    seals := keccak256(at, shl(5, firsts))
                }
            }
            ++c.batches;
            _batches[c.batches] = keccak256(abi.encode(root, seals));
            emit BatchRecorded(c.batches, root, seals, uint32(firsts));
            Tally.flush(b.table, _turnout, _tally, _strata);
        }
        _counters = c;
    }

    function _skip(uint256 voter, bytes32 digest, uint8 reason) internal {
        emit BallotSkipped(uint32(voter), digest, reason);
    }

    /// @notice The bytes of envelope and escrow, or of choices, in a record.
    function _payloadSize(Batch memory b) internal pure returns (uint256) {
        unchecked {
            return b.isSealed != 0 ? 65 + b.choicesLength : b.choicesLength;
        }
    }

    /// @notice Reads an act's payload at calldata offset `at` into the event buffer and hashes it.
    function _readPayload(Batch memory b, Act memory a, uint256 at) internal pure {
        uint256 length = b.choicesLength;
        uint256 to = b.payload;
        if (a.kind == WITHDRAWAL) {
            a.content = 0;
            a.escrow = 0;
        } else if (b.isSealed != 0) {
            assembly ("memory-safe") {
                mstore(add(a, 288), calldataload(at))
                calldatacopy(to, add(at, 32), add(length, 33))
                mstore(add(a, 320), keccak256(to, add(length, 33)))
            }
        } else {
            assembly ("memory-safe") {
                calldatacopy(to, at, length)
                mstore(add(a, 288), keccak256(to, length))
                mstore(add(a, 320), 0)
            }
        }
    }

    function _recordFirst(Batch memory b, Act memory a, uint256 terms) private pure {
        unchecked {
            uint256 place = b.firsts++ << 5;
            uint256 row = b.manifest.classesAt() + 4 * a.class;
            uint256 groups = b.manifest.groupCount();
            uint256 entry =
                Tally.entry(b.table, a.channel * groups + b.manifest.u16(row));
            Tally.addVoter(entry, a.weight, 1);
            _store(b.leaves + place, Messages.leaf(terms, a.content));
            if (b.isSealed != 0) {
                _store(b.seals + place, Messages.act(terms, a.content, a.escrow));
            } else {
                Choices.Voter memory voter = Choices.voterOf(b.manifest, a.class, a.weight);
                Choices.count(b.book, b.payload, voter, entry, 1);
            }
        }
    }

    /// @dev Any act but a first: it lives in the voter's slot when its order is above what is recorded.
    function _recordLater(Batch memory b, Act memory a, uint256 terms, bool acted)
        private
        returns (uint8)
    {
        unchecked {
            uint256 slot = acted ? _slots[a.voter] : 0;
            if (!_isCurrentEpoch(a, slot >> 240)) return WRONG_EPOCH;
            uint256 order = a.epoch << 16 | a.revision;
            bool wasLive;
            if (slot & HAS_ACT != 0) {
                if (order <= (slot >> 208 & 0xffffffff)) return SUPERSEDED;
                wasLive = slot & IS_BALLOT != 0;
            } else {
                if (slot == 0 && acted) slot = HAS_FIRST;
                wasLive = slot & HAS_FIRST != 0;
                if (wasLive && order == 0) return SUPERSEDED;
            }
            bool isBallot = a.kind == BALLOT;
            if (isBallot && !wasLive) {
                if (b.liveWeight + a.weight > b.rollWeight) return TOO_MUCH_WEIGHT;
                ++b.live;
                b.liveWeight += a.weight;
            } else if (wasLive && !isBallot) {
                --b.live;
                b.liveWeight -= a.weight < b.liveWeight ? a.weight : b.liveWeight;
            }
            if (slot & HAS_ACT == 0) {
                ++b.touched;
                _setBit(_touched, a.voter);
            }
            _slots[a.voter] = slot >> 240 << 240 | order << 208 | (slot & HAS_FIRST) | HAS_ACT
                | (isBallot ? IS_BALLOT : 0)
                | (uint256(Messages.act(terms, a.content, a.escrow)) & ACT_MASK);
            return 0;
        }
    }

    /// @dev A voter's own act carries the minimum epoch; desk acts override this.
    function _isCurrentEpoch(Act memory a, uint256 minimum) internal pure virtual returns (bool) {
        return a.epoch == minimum;
    }

    function _log(Batch memory b, Act memory a, uint256 terms) private {
        uint256 log = b.log;
        uint256 voter = a.voter;
        bytes32 key = a.key;
        if (a.kind == WITHDRAWAL) {
            emit BallotWithdrawn(uint32(voter), terms, key);
            return;
        }
        uint256 size = b.logSize;
        bytes32 topic = b.topic;
        if (b.isSealed != 0) _store(log + 64, a.content);
        assembly ("memory-safe") {
            mstore(log, terms)
            mstore(add(log, 32), key)
            log2(log, size, topic, voter)
        }
    }

    /// @dev Lays out the event buffer once: short forms are static words, long forms ABI-encoded bytes.
    function _shapeLog(Batch memory b) private pure {
        unchecked {
            bool isSealed = b.isSealed != 0;
            uint256 head = isSealed ? 96 : 64;
            uint256 body = isSealed ? b.choicesLength + 33 : b.choicesLength;
            uint256 words = (body + 31) & ~uint256(31);
            uint256 log = _allocate(head + 64 + words + 32);
            b.log = log;
            if (body <= (isSealed ? 64 : 32)) {
                b.payload = log + head;
                b.logSize = isSealed ? 160 : 96;
                b.topic = isSealed ? BallotSealed.selector : BallotCast.selector;
            } else {
                b.payload = log + head + 64;
                b.logSize = head + 64 + words;
                b.topic = isSealed ? LongBallotSealed.selector : LongBallotCast.selector;
                _store(log + head, bytes32(head + 32));
                _store(log + head + 32, bytes32(body));
            }
        }
    }

    function _turnTo(Batch memory b, uint256 index) private {
        if (b.recorded) _acted[b.wordIndex] = b.word;
        b.wordIndex = index;
        b.word = _acted[index];
    }

    function _allocate(uint256 size) private pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := mload(0x40)
            calldatacopy(at, calldatasize(), size)
            mstore(0x40, add(at, size))
        }
    }

    function _store(uint256 at, bytes32 value) private pure {
        assembly ("memory-safe") {
            mstore(at, value)
        }
    }

    function _isZero(uint256 at, uint256 size) private pure returns (bool) {
        uint256 bits;
        assembly ("memory-safe") {
            let end := add(at, size)
            for {} lt(at, end) { at := add(at, 32) } {
                let word := calldataload(at)
                let left := sub(end, at)
                if lt(left, 32) { word := shr(shl(3, sub(32, left)), word) }
                bits := or(bits, word)
            }
        }
        return bits == 0;
    }
}
