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

    uint256 internal constant NOT_OPEN = 1;
    uint256 internal constant UNKNOWN_VOTER = 2;
    uint256 internal constant BAD_SIGNATURE = 3;
    uint256 internal constant BAD_ATTESTATION = 4;
    uint256 internal constant BAD_WEIGHT = 5;
    uint256 internal constant TOO_MUCH_WEIGHT = 6;
    uint256 internal constant SUPERSEDED = 7;
    uint256 internal constant WRONG_EPOCH = 8;
    uint256 internal constant BAD_KIND = 9;
    uint256 internal constant BAD_CONTENT = 10;
    uint256 internal constant UNKNOWN_CLASS = 11;

    /// @dev One act, laid out as the preimages of its hashes, so that hashing copies nothing: the ballot's struct,
    /// the credential's struct, and leaf or act. For a sealed ballot `content` is the envelope and `escrow` the hash
    /// of its escrow; for an open one the hash of its choices and 0. A `plain` act has nothing to check: a ballot at
    /// order (0, 0), class 0, where all weights are 1 and nobody checked in. `seat` is class << 8 | channel.
    struct Act {
        bytes32 ballotType;
        uint256 voter;
        uint256 epoch;
        uint256 revision;
        uint256 kind;
        bytes32 content;
        bytes32 escrow;
        bytes32 credentialType;
        uint256 holder;
        bytes32 key;
        uint256 weight;
        uint256 class;
        uint256 credentialEpoch;
        bytes32 tag;
        uint256 terms;
        bytes32 recordContent;
        bytes32 recordEscrow;
        uint256 channel;
        uint256 seat;
        bool plain;
        bytes32 digest;
    }

    /// @dev A batch under way. `live` does not count the batch's own `firsts`; `recorded` tells of other acts. `log` is the memory of the event being built: terms, key, then the body, whose
    /// payload is at `payload`; an envelope goes to `contentAt` before it; `word` caches `_acted[wordIndex]`; `entry` is the stratum's memory of the last seat.
    struct Batch {
        bytes manifest;
        bool open;
        bool checkIns;
        bool isSealed;
        bool isWeighted;
        bool recorded;
        uint256 rollSize;
        uint256 rollWeight;
        uint256 largestWeight;
        uint256 classes;
        uint256 choicesLength;
        uint256 wordIndex;
        uint256 word;
        uint256 live;
        uint256 liveWeight;
        uint256 touched;
        uint256 leaves;
        uint256 seals;
        uint256 firsts;
        uint256 log;
        uint256 payload;
        uint256 contentAt;
        uint256 logSize;
        bytes32 topic;
        uint256 entryOf;
        uint256 entry;
        Choices.Voter voter;
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
            Counters memory c = _counters;
            b.checkIns = c.flags & CHECK_INS != 0;
            b.isSealed = m.secrecy() == ManifestReader.SEALED;
            b.rollSize = m.rollSize();
            b.rollWeight = m.rollWeight();
            b.largestWeight = m.largestWeight();
            b.isWeighted = b.largestWeight != 1;
            b.classes = m.classCount();
            b.choicesLength = m.choicesLength();
            b.wordIndex = type(uint256).max;
            b.entryOf = type(uint256).max;
            b.live = c.live;
            b.liveWeight = c.liveWeight;
            b.touched = c.touched;
            b.leaves = _allocate(count << 5);
            if (b.isSealed) b.seals = _allocate(count << 5);
            else b.book = Agenda.load(m);
            b.table = Tally.create(5 * m.groupCount(), b.book.words * b.book.planes);
            _shapeLog(b);
        }
    }

    function _newAct() internal pure returns (Act memory a) {
        a.ballotType = Messages.BALLOT;
        a.credentialType = Messages.CREDENTIAL;
    }

    /// @notice The struct hash of the act as Ballot.
    function _ballotHash(Act memory a) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(a, 224)
        }
    }

    /// @notice The struct hash of the act's Credential.
    function _credentialHash(Act memory a) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(add(a, 224), 192)
        }
    }

    /// @notice Reads an act's payload at calldata offset `at` into the event buffer and hashes it.
    function _readPayload(Batch memory b, Act memory a, uint256 at) internal pure {
        uint256 length = b.choicesLength;
        uint256 to = b.payload;
        bytes32 content;
        bytes32 escrow;
        if (b.isSealed) {
            assembly ("memory-safe") {
                content := calldataload(at)
                let size := add(length, 33)
                calldatacopy(to, add(at, 32), size)
                escrow := keccak256(to, size)
            }
        } else {
            assembly ("memory-safe") {
                calldatacopy(to, at, length)
                content := keccak256(to, length)
            }
        }
        if (a.kind == WITHDRAWAL) (content, escrow) = (0, 0);
        a.content = content;
        a.escrow = escrow;
    }

    /// @notice Records the act or says why not (0: recorded). Its payload is at calldata offset `payload`, and in the
    /// event buffer.
    function _record(Batch memory b, Act memory a, uint256 payload)
        internal
        returns (uint256 reason)
    {
        unchecked {
            uint256 voter = a.voter;
            bool plain = a.plain;
            if (plain) {
                a.terms = PLAIN_TERMS | voter << 64;
            } else {
                reason = _check(b, a, payload);
                if (reason != 0) return reason;
            }
            a.recordContent = a.content;
            a.recordEscrow = a.escrow;
            if (voter >> 8 != b.wordIndex) _turnTo(b, voter >> 8);
            uint256 word = b.word;
            uint256 bit = 1 << (voter & 255);
            if (plain && word & bit == 0) {
                b.word = word | bit;
                _recordFirst(b, a);
                _log(b, a, voter);
                return 0;
            }
            reason = _recordChecked(b, a, word & bit != 0);
            if (reason != 0) return reason;
            b.word = word | bit;
            if (a.kind == WITHDRAWAL) emit BallotWithdrawn(uint32(voter), a.terms, a.key);
            else _log(b, a, voter);
        }
    }

    /// @notice Writes what the batch changed. A batch in which nothing was recorded changes nothing.
    function _end(Batch memory b) internal {
        uint256 firsts = b.firsts;
        if (firsts == 0 && !b.recorded) return;
        _acted[b.wordIndex] = b.word;
        Counters memory c = _counters;
        unchecked {
            c.live = uint32(b.live + firsts);
        }
        c.liveWeight = b.isWeighted ? uint64(b.liveWeight) : c.live;
        c.touched = uint32(b.touched);
        if (firsts != 0) {
            bytes32 root = BatchTree.root(b.leaves, firsts);
            bytes32 seals;
            if (b.isSealed) {
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

    function _skip(uint256 voter, bytes32 digest, uint256 reason) internal {
        emit BallotSkipped(uint32(voter), digest, uint8(reason));
    }

    /// @notice The bytes of envelope and escrow, or of choices, in a record.
    function _payloadSize(Batch memory b) internal pure returns (uint256) {
        unchecked {
            return b.isSealed ? 65 + b.choicesLength : b.choicesLength;
        }
    }

    function _isZero(uint256 at, uint256 size) internal pure returns (bool) {
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

    /// @dev A voter's own act carries the minimum epoch; desk acts override this.
    function _isCurrentEpoch(Act memory a, uint256 minimum) internal pure virtual returns (bool) {
        return a.epoch == minimum;
    }

    /// @dev An act that is not plain, or not its voter's first.
    function _recordChecked(Batch memory b, Act memory a, bool acted)
        private
        returns (uint256 reason)
    {
        unchecked {
            if (acted || !_isFirst(a)) {
                reason = _recordLater(b, a, acted);
                if (reason == 0) b.recorded = true;
                return reason;
            }
            uint256 total = b.liveWeight + a.weight;
            if (total > b.rollWeight) return TOO_MUCH_WEIGHT;
            b.liveWeight = total;
            _recordFirst(b, a);
        }
    }

    /// @dev What can be wrong with an act whatever was recorded before.
    function _check(Batch memory b, Act memory a, uint256 payload) private view returns (uint256) {
        unchecked {
            if (a.weight == 0 || a.weight > b.largestWeight) return BAD_WEIGHT;
            if (a.kind - 1 > 1 || a.revision > LAST_REVISION) return BAD_KIND;
            if (a.kind == WITHDRAWAL && !_isZero(payload, _payloadSize(b))) return BAD_CONTENT;
            if (a.class >= b.classes) return UNKNOWN_CLASS;
            uint256 channel = a.channel;
            if (b.checkIns && channel == 0 && _bit(_checkedIn, a.voter)) channel = ONLINE_ASSEMBLY;
            a.seat = a.class << 8 | channel;
            a.terms = a.kind << 248 | channel << 240 | a.class << 224 | a.epoch << 208 | a.revision
                << 192 | a.voter << 64 | a.weight;
            return 0;
        }
    }

    /// @dev Only a voter's own ballot: a desk act is never a first.
    function _isFirst(Act memory a) private pure returns (bool) {
        return a.epoch | a.revision == 0 && a.kind == BALLOT && a.channel == 0;
    }

    function _recordFirst(Batch memory b, Act memory a) private pure {
        unchecked {
            uint256 place = b.firsts;
            b.firsts = place + 1;
            place <<= 5;
            if (a.seat != b.entryOf) _turnToSeat(b, a);
            Tally.addVoter(b.entry, a.weight, 1);
            a.tag = Messages.TAG_LEAF;
            _store(b.leaves + place, _hashRecord(a, 96));
            if (b.isSealed) {
                a.tag = Messages.TAG_ACT;
                _store(b.seals + place, _hashRecord(a, 128));
            } else {
                Choices.count(b.book, b.payload, b.voter, b.entry, 1, a.weight);
            }
        }
    }

    /// @dev Any act but a first: it lives in the voter's slot when its order is above what is recorded.
    function _recordLater(Batch memory b, Act memory a, bool acted) private returns (uint256) {
        unchecked {
            uint256 order = a.epoch << 16 | a.revision;
            uint256 slot = acted ? _slots[a.voter] : 0;
            if (!_isCurrentEpoch(a, slot >> 240)) return WRONG_EPOCH;
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
                if (b.isWeighted && b.liveWeight + a.weight > b.rollWeight) return TOO_MUCH_WEIGHT;
                ++b.live;
                b.liveWeight += a.weight;
            } else if (wasLive && !isBallot) {
                // Its first may be in this very batch, not yet in `live`: the sum of both is what counts.
                --b.live;
                b.liveWeight -= a.weight < b.liveWeight ? a.weight : b.liveWeight;
            }
            if (slot & HAS_ACT == 0) {
                ++b.touched;
                _setBit(_touched, a.voter);
            }
            a.tag = Messages.TAG_ACT;
            _slots[a.voter] = slot >> 240 << 240 | order << 208 | (slot & HAS_FIRST) | HAS_ACT
                | (isBallot ? IS_BALLOT : 0) | (uint256(_hashRecord(a, 128)) & ACT_MASK);
            return 0;
        }
    }

    function _log(Batch memory b, Act memory a, uint256 voter) private {
        uint256 log = b.log;
        uint256 size = b.logSize;
        bytes32 topic = b.topic;
        _store(log, bytes32(a.terms));
        _store(log + 32, a.key);
        _store(b.contentAt, a.content);
        assembly ("memory-safe") {
            log2(log, size, topic, voter)
        }
    }

    /// @dev Leaf (96 bytes) or act (128 bytes), as the tag says.
    function _hashRecord(Act memory a, uint256 size) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(add(a, 416), size)
        }
    }

    /// @dev Lays out the event buffer once: short forms are static words, long forms ABI-encoded bytes.
    function _shapeLog(Batch memory b) private pure {
        unchecked {
            bool isSealed = b.isSealed;
            uint256 head = isSealed ? 96 : 64;
            uint256 body = isSealed ? b.choicesLength + 33 : b.choicesLength;
            uint256 words = (body + 31) & ~uint256(31);
            uint256 log = _allocate(head + 64 + words + 32);
            b.log = log;
            // An open ballot's content is not in its event: it goes to the spare word at the end.
            b.contentAt = log + (isSealed ? 64 : head + 64 + words);
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
        if (b.recorded || b.firsts != 0) _acted[b.wordIndex] = b.word;
        b.wordIndex = index;
        b.word = _acted[index];
    }

    function _turnToSeat(Batch memory b, Act memory a) private pure {
        unchecked {
            b.entryOf = a.seat;
            uint256 group = b.manifest.u16(b.manifest.classesAt() + 4 * a.class);
            uint256 stratum = (a.seat & 0xff) * b.manifest.groupCount() + group;
            b.entry = Tally.entry(b.table, stratum);
            if (!b.isSealed) b.voter = Choices.voterOf(b.book, a.class);
        }
    }

    function _allocate(uint256 size) internal pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := mload(0x40)
            calldatacopy(at, calldatasize(), size)
            mstore(0x40, add(at, size))
        }
    }

    function _store(uint256 at, bytes32 value) internal pure {
        assembly ("memory-safe") {
            mstore(at, value)
        }
    }
}
