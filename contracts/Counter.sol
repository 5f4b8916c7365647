// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "./ElectionState.sol";
import {Agenda} from "./libraries/Agenda.sol";
import {BranchStream} from "./libraries/BranchStream.sol";
import {Choices} from "./libraries/Choices.sol";
import {ManifestReader} from "./libraries/ManifestReader.sol";
import {Messages} from "./libraries/Messages.sol";
import {Tally} from "./libraries/Tally.sol";

/// @title What settling, opening and voiding share: reading records, proving them, adding them up
abstract contract Counter is ElectionState {
    using ManifestReader for bytes;
    using BranchStream for BranchStream.Stack;

    uint256 internal constant HAS_FIRST = 1 << 200;
    uint256 internal constant HAS_ACT = 1 << 201;
    uint256 internal constant IS_BALLOT = 1 << 202;
    uint256 internal constant IS_SETTLED = 1 << 203;
    uint256 internal constant ACT_MASK = (1 << 200) - 1;

    uint256 private constant BALLOT = 1 << 248;
    uint256 private constant HAS_WEIGHTS = 1;
    uint256 private constant HAS_CLASSES = 2;
    uint256 private constant HAS_CHANNELS = 4;
    uint256 internal constant ALL_FIELDS = 7;

    /// @dev A count under way. `at` is the calldata offset read next, `choices` a memory buffer followed by a word of
    /// zeros, `envelope` the memory of the envelope's preimage.
    struct Count {
        bytes manifest;
        uint256 at;
        uint256 end;
        uint256 choices;
        uint256 choicesLength;
        uint256 envelope;
        uint256 groups;
        uint256 classes;
        uint256 classesAt;
        Agenda.Book book;
        Tally.Table table;
        BranchStream.Stack stack;
    }

    /// @dev Who an act belongs to: the variable part of its terms, and the stratum's memory entry.
    struct Voter {
        uint256 number;
        uint256 weight;
        uint256 class;
        uint256 channel;
        uint256 terms;
        uint256 stratum;
    }

    function _start(bytes memory m, bytes calldata stream)
        internal
        view
        returns (Count memory c)
    {
        unchecked {
            c.manifest = m;
            uint256 at;
            assembly ("memory-safe") {
                at := stream.offset
            }
            c.at = at;
            c.end = at + stream.length;
            c.choicesLength = m.choicesLength();
            c.groups = m.groupCount();
            c.classes = m.classCount();
            c.classesAt = m.classesAt();
            c.book = Agenda.load(m);
            c.table = Tally.create(5 * c.groups, c.book.words * c.book.planes);
            c.stack = BranchStream.create();
            uint256 buffer;
            uint256 length = c.choicesLength;
            assembly ("memory-safe") {
                buffer := mload(0x40)
                let size := add(and(add(length, 31), not(31)), 32)
                calldatacopy(buffer, calldatasize(), size)
                mstore(0x40, add(add(buffer, size), 256))
            }
            c.choices = buffer;
            c.envelope = buffer + ((length + 31) & ~uint256(31)) + 32;
            _prepareEnvelope(c.envelope);
        }
    }

    /// @notice Reads `u32 voter [u64 weight] [u16 class] [u8 channel]` as the flags say.
    function _readVoter(Count memory c, Voter memory v, uint256 flags) internal pure {
        unchecked {
            v.number = _word(c.at) >> 224;
            _advance(c, 4);
            _readTerms(c, v, flags);
        }
    }

    /// @notice Reads `[u64 weight] [u16 class] [u8 channel]` of the voter `v.number` as the flags say.
    function _readTerms(Count memory c, Voter memory v, uint256 flags) internal pure {
        unchecked {
            uint256 head = _word(c.at);
            uint256 size;
            v.weight = 1;
            v.class = 0;
            v.channel = 0;
            if (flags & HAS_WEIGHTS != 0) {
                v.weight = head >> 192;
                head <<= 64;
                size += 8;
            }
            if (flags & HAS_CLASSES != 0) {
                v.class = head >> 240;
                head <<= 16;
                size += 2;
                if (v.class >= c.classes) revert BatchMalformed(size);
            }
            if (flags & HAS_CHANNELS != 0) {
                v.channel = head >> 248;
                size += 1;
                if (v.channel > 4) revert BatchMalformed(size);
            }
            v.terms = BALLOT | v.channel << 240 | v.class << 224 | v.number << 64 | v.weight;
            v.stratum = v.channel * c.groups + c.manifest.u16(c.classesAt + (v.class << 2));
            _advance(c, size);
        }
    }

    /// @notice Copies the next choices to the buffer and returns their hash.
    function _readChoices(Count memory c) internal pure returns (bytes32 hash) {
        uint256 to = c.choices;
        uint256 at = c.at;
        uint256 length = c.choicesLength;
        assembly ("memory-safe") {
            calldatacopy(to, at, length)
            hash := keccak256(to, length)
        }
        _advance(c, length);
    }

    function _readWord(Count memory c) internal pure returns (bytes32 value) {
        value = bytes32(_word(c.at));
        _advance(c, 32);
    }

    /// @notice Reads a token that is not a record: a subtree's root, which is pushed. True for a record to be read.
    function _isRecord(Count memory c, uint256 token) internal pure returns (bool) {
        if (token == BranchStream.RECORD || token == BranchStream.OUTSIDE) return true;
        if (token > BranchStream.LAST_HEIGHT) revert BatchMalformed(token);
        unchecked {
            c.stack.push(token - 1, _readWord(c));
        }
        return false;
    }

    function _readByte(Count memory c) internal pure returns (uint256 value) {
        value = _word(c.at) >> 248;
        _advance(c, 1);
    }

    /// @notice The envelope of choices with this hash and salt for the voter at this order.
    function _envelope(Count memory c, uint256 voter, uint256 order, bytes32 hash, bytes32 salt)
        internal
        pure
        returns (bytes32 envelope)
    {
        uint256 at = c.envelope;
        assembly ("memory-safe") {
            mstore(add(at, 96), voter)
            mstore(add(at, 128), shr(16, order))
            mstore(add(at, 160), and(order, 0xffff))
            mstore(add(at, 192), hash)
            mstore(add(at, 224), salt)
            envelope := keccak256(at, 256)
        }
    }

    /// @notice Adds the choices in the buffer to the voter's stratum, or takes them out (`sign` -1).
    function _addChoices(Count memory c, Voter memory v, int256 sign) internal pure {
        uint256 entry = Tally.entry(c.table, v.stratum);
        Choices.Voter memory voter = Choices.voterOf(c.manifest, v.class, v.weight);
        Choices.count(c.book, c.choices, voter, entry, sign);
    }

    /// @notice Checks that the records rebuilt the batch, and writes the sums.
    function _finish(Count memory c, uint256 batch, bytes32 seals) internal {
        bytes32 root = c.stack.root();
        if (root != 0 && keccak256(abi.encode(root, seals)) != _batches[batch]) {
            revert OpeningMismatch(uint32(batch));
        }
        _flush(c);
    }

    function _flush(Count memory c) internal {
        Tally.flush(c.table, _turnout, _tally, _strata);
    }

    function _requirePhase(bytes memory m, Phase required) internal view {
        Phase phase = _phase(m);
        if (phase != required) revert ElectionWrongPhase(uint8(phase));
    }

    function _advance(Count memory c, uint256 size) private pure {
        unchecked {
            c.at += size;
            if (c.at > c.end) revert BatchMalformed(c.end);
        }
    }

    function _prepareEnvelope(uint256 at) private view {
        bytes32 tag = Messages.TAG_ENVELOPE;
        assembly ("memory-safe") {
            mstore(at, tag)
            mstore(add(at, 32), chainid())
            mstore(add(at, 64), address())
        }
    }

    function _word(uint256 at) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(at)
        }
    }
}
