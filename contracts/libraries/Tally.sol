// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Agenda} from "./Agenda.sol";

/// @title Sums of one call, kept in memory by stratum and written once at its end
/// @notice Lanes are added as whole words modulo 2^256. Taking away wraps inside a word and is right again once
/// it meets what storage holds, because no lane's true sum is negative or wider than its lane.
library Tally {
    /// @dev `index` is a table of entries by stratum (0 = not yet used), `last` heads the list of those in use.
    /// An entry is: stratum, next entry, turnout, then `words` lanes of each plane.
    struct Table {
        uint256 index;
        uint256 last;
        uint256 words;
    }

    uint256 internal constant TURNOUT = 64;
    uint256 internal constant LANES = 96;

    function create(uint256 strata, uint256 words) internal pure returns (Table memory table) {
        uint256 index;
        assembly ("memory-safe") {
            index := mload(0x40)
            let size := shl(5, strata)
            calldatacopy(index, calldatasize(), size)
            mstore(0x40, add(index, size))
        }
        table.index = index;
        table.words = words;
    }

    /// @notice The memory address of a stratum's entry, made when first asked for.
    function entry(Table memory table, uint256 stratum) internal pure returns (uint256 at) {
        assembly ("memory-safe") {
            let slot := add(mload(table), shl(5, stratum))
            at := mload(slot)
            if iszero(at) {
                at := mload(0x40)
                let size := add(LANES, shl(5, mload(add(table, 64))))
                calldatacopy(at, calldatasize(), size)
                mstore(0x40, add(at, size))
                mstore(at, stratum)
                mstore(add(at, 32), mload(add(table, 32)))
                mstore(add(table, 32), at)
                mstore(slot, at)
            }
        }
    }

    /// @notice Adds one voter of `weight` to an entry's turnout; wraps when `sign` is -1.
    function addVoter(uint256 at, uint256 weight, int256 sign) internal pure {
        assembly ("memory-safe") {
            let cell := add(at, TURNOUT)
            mstore(cell, add(mload(cell), mul(sign, or(shl(128, 1), weight))))
        }
    }

    /// @notice Adds `heads` to a cell's lane in plane 0 and `weight` in plane 1; both wrap.
    function add(Agenda.Book memory book, uint256 at, uint256 cell, uint256 heads, uint256 weight)
        internal
        pure
    {
        unchecked {
            uint256 perWordLog = book.perWordLog;
            uint256 shift = (cell & ((1 << perWordLog) - 1)) << book.laneLog;
            uint256 lanes = at + LANES + ((cell >> perWordLog) << 5);
            _bump(lanes, heads << shift);
            if (book.planes == 2) _bump(lanes + (book.words << 5), weight << shift);
        }
    }

    /// @notice Writes the sums to storage.
    function flush(
        Table memory table,
        mapping(uint256 => uint256) storage turnout,
        mapping(uint256 => mapping(uint256 => uint256)) storage tally,
        uint256[16] storage strata
    ) internal {
        unchecked {
            uint256 words = table.words;
            for (uint256 at = table.last; at != 0; at = _load(at + 32)) {
                uint256 stratum = _load(at);
                uint256 voters = _load(at + TURNOUT);
                if (voters != 0) {
                    uint256 before = turnout[stratum];
                    turnout[stratum] = before + voters;
                    if (before == 0) strata[stratum >> 8] |= 1 << (stratum & 255);
                }
                mapping(uint256 => uint256) storage lanes = tally[stratum];
                for (uint256 i; i < words; ++i) {
                    uint256 sum = _load(at + LANES + (i << 5));
                    if (sum != 0) lanes[i] += sum;
                }
            }
        }
    }

    function _bump(uint256 at, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(at, add(mload(at), value))
        }
    }

    function _load(uint256 at) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(at)
        }
    }
}
