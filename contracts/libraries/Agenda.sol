// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ManifestReader} from "./ManifestReader.sol";

/// @title The agenda, unpacked once a call from the manifest
library Agenda {
    using ManifestReader for bytes;

    uint256 internal constant CHOOSE_ONE = 1;
    uint256 internal constant CHOOSE_UP_TO = 2;
    uint256 internal constant APPROVAL = 3;
    uint256 internal constant SCORE = 4;
    uint256 internal constant CUMULATIVE = 5;
    uint256 internal constant RANKING = 6;

    uint256 internal constant HAS_GROUPS = 1;
    uint256 internal constant HAS_OPTION_GROUPS = 2;
    uint256 internal constant HAS_COSTS = 4;
    uint256 internal constant ITEM_HEADER = 38;

    /// @dev `width` is the bytes of one number in the field, `length` those of the field, `base` the first cell.
    /// `eligible`, `optionGroups` and `costs` are manifest offsets, 0 when the item has none. `simple`: the voter
    /// chooses one option, in one byte, and nothing but its number (or a barred option) can make it invalid; `last` is
    /// the invalid cell.
    struct Item {
        bool simple;
        uint256 last;
        uint256 base;
        uint256 length;
        uint256 method;
        uint256 options;
        uint256 min;
        uint256 max;
        uint256 points;
        uint256 sum;
        uint256 costCap;
        uint256 width;
        bool list;
        uint256 eligible;
        uint256 optionGroups;
        uint256 costs;
        uint256 rule;
    }

    /// @dev A lane is `1 << laneLog` bits; a tally word holds `1 << perWordLog` cells.
    struct Book {
        Item[] items;
        uint256 laneLog;
        uint256 perWordLog;
        uint256 words;
        uint256 planes;
        bytes manifest;
        uint256 cells;
        uint256 scratch;
    }

    function load(bytes memory manifest) internal pure returns (Book memory book) {
        unchecked {
            uint256 count = manifest.itemCount();
            book.manifest = manifest;
            book.items = new Item[](count);
            uint256 offset = manifest.itemsAt();
            uint256 cells;
            uint256 points = 1;
            uint256 most = 1;
            for (uint256 i; i < count; ++i) {
                Item memory item = book.items[i];
                offset = parse(manifest, offset, item);
                item.base = cells;
                item.simple =
                    item.method == CHOOSE_ONE && item.width == 1 && item.eligible | item.costs == 0;
                item.last = item.options + 1;
                cells += item.options + 2;
                if (item.points > points) points = item.points;
                if (item.max > most) most = item.max;
            }
            book.cells = cells;
            book.planes = manifest.largestWeight() > 1 ? 2 : 1;
            book.laneLog = _laneLog(manifest.rollSize() * manifest.largestWeight() * points);
            book.perWordLog = 8 - book.laneLog;
            book.words = (cells + (1 << book.perWordLog) - 1) >> book.perWordLog;
            uint256 scratch;
            assembly ("memory-safe") {
                scratch := mload(0x40)
                mstore(0x40, add(scratch, shl(6, most)))
            }
            book.scratch = scratch;
        }
    }

    /// @notice Unpacks the item at `offset`; returns the offset behind it.
    function parse(bytes memory m, uint256 offset, Item memory item)
        internal
        pure
        returns (uint256)
    {
        unchecked {
            uint256 head = m.word(offset);
            item.method = head >> 248;
            uint256 flags = head >> 240 & 0xff;
            uint256 n = head >> 224 & 0xffff;
            item.options = n;
            item.min = head >> 208 & 0xffff;
            item.max = head >> 192 & 0xffff;
            item.points = head >> 176 & 0xffff;
            item.sum = head >> 144 & 0xffffffff;
            item.costCap = head >> 80 & 0xffffffffffffffff;
            item.rule = offset + 22;
            _shape(item);
            offset += ITEM_HEADER;
            if (flags & HAS_GROUPS != 0) {
                item.eligible = offset;
                offset += (m.groupCount() + 7) >> 3;
            }
            if (flags & HAS_OPTION_GROUPS != 0) {
                item.optionGroups = offset;
                offset += 2 * n;
            }
            if (flags & HAS_COSTS != 0) {
                item.costs = offset;
                offset += 8 * n;
            }
            return offset;
        }
    }

    function isEligible(Book memory book, Item memory item, uint256 group)
        internal
        pure
        returns (bool)
    {
        return item.eligible == 0
            || book.manifest.u8(item.eligible + (group >> 3)) >> (group & 7) & 1 == 1;
    }

    function _shape(Item memory item) private pure {
        unchecked {
            uint256 n = item.options;
            uint256 method = item.method;
            if (method == SCORE || method == CUMULATIVE) {
                item.width = item.points > 255 ? 2 : 1;
                item.length = n * item.width;
                return;
            }
            uint256 width = n > 255 ? 2 : 1;
            item.width = width;
            if (method == CHOOSE_ONE) {
                item.length = width;
            } else if (method == RANKING) {
                item.length = item.max * width;
            } else {
                uint256 bitmap = (n + 7) >> 3;
                item.list = item.max * width < bitmap;
                item.length = item.list ? item.max * width : bitmap;
            }
        }
    }

    function _laneLog(uint256 largest) private pure returns (uint256 log) {
        log = 3;
        while (log < 7 && largest >> (1 << log) != 0) ++log;
    }
}
