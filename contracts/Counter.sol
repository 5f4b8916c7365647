// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "./ElectionState.sol";
import {Agenda} from "./libraries/Agenda.sol";
import {BranchStream} from "./libraries/BranchStream.sol";
import {Calldata} from "./libraries/Calldata.sol";
import {Choices} from "./libraries/Choices.sol";
import {ManifestReader} from "./libraries/ManifestReader.sol";
import {Messages} from "./libraries/Messages.sol";
import {Tally} from "./libraries/Tally.sol";

/// @title What settling, opening and voiding share: reading records, proving them, adding them up
abstract contract Counter is ElectionState {
    using ManifestReader for bytes;
    using BranchStream for BranchStream.Stack;

    uint256 internal constant ALL_FIELDS = 7;
    uint256 internal constant ALL_FIELDS_SIZE = 11;
    uint256 private constant BALLOT = 1 << 248;
    uint256 private constant HAS_WEIGHTS = 1;
    uint256 private constant HAS_CLASSES = 2;
    uint256 private constant HAS_CHANNELS = 4;
    uint256 private constant LAST_CHANNEL = 4;

    /// @dev A count under way. `choices` is a memory buffer followed by a word of zeros; `envelope` the memory of an
    /// envelope's preimage and, behind it, a leaf's or act's. `entry` is the stratum's memory, and `voter` the row, of
    /// the seat (class << 8 | channel) read last; `weight` the last voter's.
    struct Count {
        bytes manifest;
        uint256 start;
        uint256 end;
        uint256 choices;
        uint256 choicesLength;
        uint256 envelope;
        uint256 seat;
        uint256 weight;
        uint256 entry;
        Choices.Voter voter;
        Agenda.Book book;
        Tally.Table table;
        BranchStream.Stack stack;
    }

    function _start(bytes memory m, bytes calldata stream) internal view returns (Count memory c) {
        unchecked {
            uint256 length = m.choicesLength();
            uint256 start;
            uint256 buffer;
            assembly ("memory-safe") {
                start := stream.offset
                buffer := mload(0x40)
                let size := add(and(add(length, 31), not(31)), 32)
                calldatacopy(buffer, calldatasize(), add(size, 384))
                mstore(0x40, add(buffer, add(size, 384)))
            }
            c.manifest = m;
            c.start = start;
            c.end = start + stream.length;
            c.choicesLength = length;
            c.choices = buffer;
            c.envelope = buffer + ((length + 31) & ~uint256(31)) + 32;
            c.book = Agenda.load(m);
            c.table = Tally.create(5 * m.groupCount(), c.book.words * c.book.planes);
            c.stack = BranchStream.create();
            c.seat = type(uint256).max;
            c.weight = 1;
            _prepare(c.envelope);
        }
    }

    /// @notice The bytes of the optional fields `[u64 weight] [u16 class] [u8 channel]`.
    function _fieldsSize(uint256 flags) internal pure returns (uint256) {
        unchecked {
            if (flags > ALL_FIELDS) revert BatchMalformed(flags);
            return 8 * (flags & 1) + (flags & 2) + (flags >> 2);
        }
    }

    /// @notice Reads the optional fields at calldata offset `at`, turns to the seat they name, and returns the terms
    /// of the voter's ballot without its order.
    function _readFields(Count memory c, uint256 at, uint256 flags, uint256 voter)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            uint256 head = Calldata.word(at);
            uint256 weight = 1;
            uint256 class;
            uint256 channel;
            if (flags & HAS_WEIGHTS != 0) {
                weight = head >> 192;
                head <<= 64;
            }
            if (flags & HAS_CLASSES != 0) {
                class = head >> 240;
                head <<= 16;
            }
            if (flags & HAS_CHANNELS != 0) channel = head >> 248;
            _turnTo(c, class, channel);
            c.weight = weight;
            return BALLOT | channel << 240 | class << 224 | voter << 64 | weight;
        }
    }

    /// @notice Makes `c.voter` and `c.entry` those of a class and channel.
    function _turnTo(Count memory c, uint256 class, uint256 channel) internal pure {
        unchecked {
            uint256 seat = class << 8 | channel;
            if (seat == c.seat) return;
            if (class >= c.manifest.classCount() || channel > LAST_CHANNEL) {
                revert BatchMalformed(seat);
            }
            c.seat = seat;
            c.voter = Choices.voterOf(c.book, class);
            uint256 stratum = channel * c.manifest.groupCount() + c.voter.group;
            c.entry = Tally.entry(c.table, stratum);
        }
    }

    /// @notice Copies the choices at calldata offset `at` to the buffer and returns their hash.
    function _readChoices(Count memory c, uint256 at) internal pure returns (bytes32 hash) {
        uint256 to = c.choices;
        uint256 length = c.choicesLength;
        assembly ("memory-safe") {
            calldatacopy(to, at, length)
            hash := keccak256(to, length)
        }
    }

    /// @notice Pushes the subtree root behind a token that is not a record; returns the offset behind it.
    function _readSubtree(Count memory c, uint256 token, uint256 at)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            if (token > BranchStream.LAST_HEIGHT) revert BatchMalformed(token);
            _require(c, at + 32);
            c.stack.push(token - 1, bytes32(Calldata.word(at)));
            return at + 32;
        }
    }

    /// @notice Refuses a record that ends beyond the stream.
    function _require(Count memory c, uint256 end) internal pure {
        if (end > c.end) revert BatchMalformed(c.end);
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

    /// @notice Pushes the leaf of a first.
    function _pushLeaf(Count memory c, uint256 terms, bytes32 content) internal pure {
        uint256 at = c.envelope;
        bytes32 leaf;
        assembly ("memory-safe") {
            at := add(at, 256)
            mstore(add(at, 32), terms)
            mstore(add(at, 64), content)
            leaf := keccak256(at, 96)
        }
        c.stack.pushLeaf(leaf);
    }

    /// @notice Adds the choices in the buffer to the seat's stratum, or takes them out (`sign` -1).
    function _addChoices(Count memory c, int256 sign) internal pure {
        unchecked {
            uint256 heads = uint256(sign);
            Choices.count(c.book, c.choices, c.voter, c.entry, heads, heads * c.weight);
        }
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

    function _prepare(uint256 at) private view {
        bytes32 envelopeTag = Messages.TAG_ENVELOPE;
        bytes32 leafTag = Messages.TAG_LEAF;
        assembly ("memory-safe") {
            mstore(at, envelopeTag)
            mstore(add(at, 32), chainid())
            mstore(add(at, 64), address())
            mstore(add(at, 256), leafTag)
        }
    }
}
