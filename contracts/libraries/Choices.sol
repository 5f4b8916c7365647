// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Agenda} from "./Agenda.sol";
import {ManifestReader} from "./ManifestReader.sol";
import {Tally} from "./Tally.sol";

/// @title Judging padded choices item by item and adding them to a tally
/// @notice The rules are docs/protocol.md, section 5. A field that breaks them counts as invalid for its item only.
library Choices {
    using ManifestReader for bytes;

    /// @dev Who chose: the class's barred pairs are manifest offsets [barred, barredEnd).
    struct Voter {
        uint256 group;
        uint256 barred;
        uint256 barredEnd;
    }

    /// @notice A voter of `class`, with the group and barred options of its row.
    function voterOf(Agenda.Book memory book, uint256 class)
        internal
        pure
        returns (Voter memory voter)
    {
        unchecked {
            bytes memory m = book.manifest;
            uint256 row = m.classesAt() + 4 * class;
            uint256 pairs = m.barredAt();
            voter.group = m.u16(row);
            voter.barred = pairs + (class == 0 ? 0 : 4 * m.u16(row - 2));
            voter.barredEnd = pairs + 4 * m.u16(row + 2);
        }
    }

    /// @notice Adds the choices at memory address `at` to the tally `entry` for `heads` voters of together `weight`;
    /// both wrap, so that their negatives take out. The bytes behind the choices must be readable.
    function count(
        Agenda.Book memory book,
        uint256 at,
        Voter memory voter,
        uint256 entry,
        uint256 heads,
        uint256 weight
    ) internal pure {
        unchecked {
            Agenda.Item[] memory items = book.items;
            uint256 length = items.length;
            bool barred = voter.barred != voter.barredEnd;
            for (uint256 i; i < length; ++i) {
                Agenda.Item memory item = items[i];
                if (item.simple && !barred) {
                    uint256 cell = _number(at, 1);
                    if (cell > item.last) cell = item.last;
                    Tally.add(book, entry, item.base + cell, heads, weight);
                } else {
                    _countItem(book, i, at, voter, entry, heads, weight);
                }
                at += item.length;
            }
        }
    }

    /// @notice Adds a ballot of `weight` without choices: invalid for every item.
    function countVoid(Agenda.Book memory book, uint256 entry, uint256 weight) internal pure {
        for (uint256 i; i < book.items.length; ++i) {
            Agenda.Item memory item = book.items[i];
            Tally.add(book, entry, item.base + item.last, 1, weight);
        }
    }

    function _countItem(
        Agenda.Book memory book,
        uint256 index,
        uint256 at,
        Voter memory voter,
        uint256 entry,
        uint256 heads,
        uint256 weight
    ) private pure {
        unchecked {
            Agenda.Item memory item = book.items[index];
            if (_isBlank(at, item.length)) {
                Tally.add(book, entry, item.base, heads, weight);
                return;
            }
            (bool valid, uint256 chosen) = _select(item, at, book.scratch);
            if (!valid || !_allowed(book, index, chosen, voter)) {
                Tally.add(book, entry, item.base + item.last, heads, weight);
                return;
            }
            for (uint256 j; j < chosen; ++j) {
                (uint256 option, uint256 points) = _chosen(book.scratch, j);
                Tally.add(book, entry, item.base + option, points * heads, points * weight);
            }
        }
    }

    /// @dev Writes the chosen (option, points) pairs to `scratch`, never more than the item's maximum.
    function _select(Agenda.Item memory item, uint256 at, uint256 scratch)
        private
        pure
        returns (bool valid, uint256 chosen)
    {
        if (item.method == Agenda.CHOOSE_ONE) {
            uint256 option = _number(at, item.width);
            _choose(scratch, 0, option, 1);
            return (option <= item.options, 1);
        }
        if (item.method == Agenda.SCORE || item.method == Agenda.CUMULATIVE) {
            return _selectPoints(item, at, scratch);
        }
        if (item.method == Agenda.RANKING) return _selectRanking(item, at, scratch);
        if (item.list) return _selectList(item, at, scratch);
        return _selectBits(item, at, scratch);
    }

    function _selectPoints(Agenda.Item memory item, uint256 at, uint256 scratch)
        private
        pure
        returns (bool, uint256 chosen)
    {
        unchecked {
            uint256 total;
            for (uint256 option = 1; option <= item.options; ++option) {
                uint256 points = _number(at, item.width);
                at += item.width;
                if (points == 0) continue;
                if (points > item.points || chosen == item.max) return (false, 0);
                _choose(scratch, chosen++, option, points);
                total += points;
            }
            if (item.method == Agenda.CUMULATIVE && total > item.sum) return (false, 0);
            return (chosen >= item.min, chosen);
        }
    }

    /// @dev Options in any order but none twice; zeros only at the end. A bit an option keeps it linear in their number.
    function _selectRanking(Agenda.Item memory item, uint256 at, uint256 scratch)
        private
        pure
        returns (bool, uint256 chosen)
    {
        unchecked {
            uint256[4] memory named;
            uint256 places = item.length / item.width;
            for (uint256 j; j < places; ++j) {
                uint256 option = _number(at, item.width);
                at += item.width;
                if (option == 0) {
                    if (!_isBlank(at, (places - 1 - j) * item.width)) return (false, 0);
                    break;
                }
                if (option > item.options) return (false, 0);
                uint256 word = (option - 1) >> 8;
                uint256 bit = 1 << ((option - 1) & 255);
                if (named[word] & bit != 0) return (false, 0);
                named[word] |= bit;
                _choose(scratch, chosen++, option, 1);
            }
            return (chosen >= item.min, chosen);
        }
    }

    /// @dev A list of choices ascends; zeros only at the end.
    function _selectList(Agenda.Item memory item, uint256 at, uint256 scratch)
        private
        pure
        returns (bool, uint256 chosen)
    {
        unchecked {
            uint256 places = item.length / item.width;
            uint256 previous;
            for (uint256 j; j < places; ++j) {
                uint256 option = _number(at, item.width);
                at += item.width;
                if (option == 0) {
                    if (!_isBlank(at, (places - 1 - j) * item.width)) return (false, 0);
                    break;
                }
                if (option > item.options || option <= previous) return (false, 0);
                previous = option;
                _choose(scratch, chosen++, option, 1);
            }
            return (chosen >= item.min, chosen);
        }
    }

    function _selectBits(Agenda.Item memory item, uint256 at, uint256 scratch)
        private
        pure
        returns (bool, uint256 chosen)
    {
        unchecked {
            for (uint256 first = 1; first <= item.options; first += 8) {
                uint256 bits = _number(at++, 1);
                for (uint256 option = first; bits != 0; ++option) {
                    if (bits & 1 == 1) {
                        if (option > item.options || chosen == item.max) return (false, 0);
                        _choose(scratch, chosen++, option, 1);
                    }
                    bits >>= 1;
                }
            }
            return (chosen >= item.min, chosen);
        }
    }

    /// @dev Eligible group, barred options, one option group, cost cap.
    function _allowed(Agenda.Book memory book, uint256 index, uint256 chosen, Voter memory voter)
        private
        pure
        returns (bool)
    {
        unchecked {
            Agenda.Item memory item = book.items[index];
            bytes memory m = book.manifest;
            if (!Agenda.isEligible(book, item, voter.group)) return false;
            uint256 cost;
            uint256 group;
            for (uint256 j; j < chosen; ++j) {
                (uint256 option,) = _chosen(book.scratch, j);
                if (_isBarred(m, voter, index, option)) return false;
                if (item.costs != 0) cost += m.u64(item.costs + 8 * (option - 1));
                if (item.optionGroups != 0) {
                    uint256 own = m.u16(item.optionGroups + 2 * (option - 1));
                    if (j != 0 && own != group) return false;
                    group = own;
                }
            }
            return item.costCap == 0 || cost <= item.costCap;
        }
    }

    /// @dev Halving, because a class may be barred from thousands of options and a ballot may choose a thousand.
    function _isBarred(bytes memory m, Voter memory voter, uint256 index, uint256 option)
        private
        pure
        returns (bool)
    {
        unchecked {
            uint256 pair = index << 16 | option;
            uint256 low = voter.barred;
            uint256 high = voter.barredEnd;
            while (low < high) {
                uint256 middle = low + ((high - low) >> 3 << 2);
                uint256 found = m.u32(middle);
                if (found == pair) return true;
                if (found < pair) low = middle + 4;
                else high = middle;
            }
            return false;
        }
    }

    function _isBlank(uint256 at, uint256 length) private pure returns (bool) {
        unchecked {
            uint256 end = at + length;
            for (; at + 32 <= end; at += 32) {
                if (_load(at) != 0) return false;
            }
            return at == end || _load(at) >> (256 - 8 * (end - at)) == 0;
        }
    }

    function _number(uint256 at, uint256 width) private pure returns (uint256) {
        unchecked {
            return _load(at) >> (256 - 8 * width);
        }
    }

    function _load(uint256 at) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(at)
        }
    }

    function _choose(uint256 scratch, uint256 place, uint256 option, uint256 points) private pure {
        assembly ("memory-safe") {
            let at := add(scratch, shl(6, place))
            mstore(at, option)
            mstore(add(at, 32), points)
        }
    }

    function _chosen(uint256 scratch, uint256 place)
        private
        pure
        returns (uint256 option, uint256 points)
    {
        assembly ("memory-safe") {
            let at := add(scratch, shl(6, place))
            option := mload(at)
            points := mload(add(at, 32))
        }
    }
}
