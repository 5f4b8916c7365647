// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "../ElectionState.sol";
import {Agenda} from "./Agenda.sol";
import {ManifestReader} from "./ManifestReader.sol";

/// @title From tally to decision, in exact integers
/// @notice docs/protocol.md, sections 2 and 8. A fraction is met by cross-multiplication, never by division.
library Decision {
    using ManifestReader for bytes;

    enum Outcome {
        Pending,
        Counted,
        Passed,
        Failed,
        Undetermined,
        Cancelled
    }

    /// @dev Cells: 0 blank, 1 … n the options, n + 1 invalid. `direct` is presence in person, by proxy or in the
    /// online assembly. Weights equal heads when every weight is 1.
    struct Result {
        Outcome outcome;
        bool quorumMet;
        bool directMet;
        bool approvalMet;
        uint256 eligibleHeads;
        uint256 eligibleWeight;
        uint256 presentHeads;
        uint256 presentWeight;
        uint256 directHeads;
        uint256 directWeight;
        uint256[] heads;
        uint256[] weights;
    }

    uint256 private constant WEIGHT_MASK = type(uint128).max;
    uint256 private constant HEADS = 1;
    uint256 private constant WEIGHT = 2;

    function decide(
        Agenda.Book memory book,
        uint256 index,
        ElectionState.Phase phase,
        mapping(uint256 => uint256) storage turnout,
        mapping(uint256 => mapping(uint256 => uint256)) storage tally,
        uint256[16] storage strata
    ) internal view returns (Result memory r) {
        Agenda.Item memory item = book.items[index];
        uint256 cells = item.options + 2;
        r.heads = new uint256[](cells);
        r.weights = new uint256[](cells);
        _addEligible(book, item, r);
        uint256 groups = book.manifest.groupCount();
        for (uint256 word; word < 16; ++word) {
            uint256 bits = strata[word];
            for (uint256 stratum = word << 8; bits != 0; ++stratum) {
                if (bits & 1 == 1 && Agenda.isEligible(book, item, stratum % groups)) {
                    _addPresent(r, turnout[stratum], stratum / groups);
                    _addCells(book, item, r, tally[stratum]);
                }
                bits >>= 1;
            }
        }
        _apply(book, item, r, phase);
    }

    function _addEligible(Agenda.Book memory book, Agenda.Item memory item, Result memory r)
        private
        pure
    {
        bytes memory m = book.manifest;
        for (uint256 g; g < m.groupCount(); ++g) {
            if (!Agenda.isEligible(book, item, g)) continue;
            r.eligibleHeads += m.u32(m.groupsAt() + 12 * g);
            r.eligibleWeight += m.u64(m.groupsAt() + 12 * g + 4);
        }
    }

    function _addPresent(Result memory r, uint256 packed, uint256 channel) private pure {
        uint256 heads = packed >> 128;
        uint256 weight = packed & WEIGHT_MASK;
        r.presentHeads += heads;
        r.presentWeight += weight;
        if (channel == 0 || channel == 2) return;
        r.directHeads += heads;
        r.directWeight += weight;
    }

    function _addCells(
        Agenda.Book memory book,
        Agenda.Item memory item,
        Result memory r,
        mapping(uint256 => uint256) storage lanes
    ) private view {
        for (uint256 c; c < r.heads.length; ++c) {
            uint256 cell = item.base + c;
            uint256 index = cell >> book.perWordLog;
            uint256 heads = _lane(book, lanes[index], cell);
            r.heads[c] += heads;
            r.weights[c] += book.planes == 1 ? heads : _lane(book, lanes[book.words + index], cell);
        }
    }

    function _lane(Agenda.Book memory book, uint256 word, uint256 cell)
        private
        pure
        returns (uint256)
    {
        uint256 shift = (cell & ((1 << book.perWordLog) - 1)) << book.laneLog;
        return word >> shift & ((1 << (1 << book.laneLog)) - 1);
    }

    function _apply(
        Agenda.Book memory book,
        Agenda.Item memory item,
        Result memory r,
        ElectionState.Phase phase
    ) private pure {
        bytes memory m = book.manifest;
        uint256 rule = item.rule;
        uint256 unit = m.u8(rule + 1);
        uint256 strict = m.u8(rule + 3);
        r.quorumMet = _meets(
            m,
            rule + 4,
            strict & 1 == 1,
            unit,
            [r.presentHeads, r.eligibleHeads, r.presentWeight, r.eligibleWeight]
        );
        r.directMet = _meets(
            m,
            rule + 8,
            strict & 4 == 4,
            unit,
            [r.directHeads, r.eligibleHeads, r.directWeight, r.eligibleWeight]
        );
        (uint256 baseHeads, uint256 baseWeight) = _base(m.u8(rule + 2), r);
        r.approvalMet = _meets(
            m, rule + 12, strict & 2 == 2, unit, [r.heads[1], baseHeads, r.weights[1], baseWeight]
        );
        r.outcome = _outcome(r, phase, m.u8(rule) == 0);
    }

    function _base(uint256 base, Result memory r)
        private
        pure
        returns (uint256 heads, uint256 weight)
    {
        if (base == 0) return (r.presentHeads, r.presentWeight);
        if (base == 1) return (r.eligibleHeads, r.eligibleWeight);
        uint256 last = r.heads.length - 1;
        heads = r.presentHeads - r.heads[0] - r.heads[last];
        weight = r.presentWeight - r.weights[0] - r.weights[last];
    }

    /// @dev `n` is heads, their base, weight, its base. No fraction (denominator 0) is always met; an empty base never.
    function _meets(
        bytes memory m,
        uint256 fraction,
        bool strict,
        uint256 unit,
        uint256[4] memory n
    ) private pure returns (bool) {
        uint256 numerator = m.u16(fraction);
        uint256 denominator = m.u16(fraction + 2);
        if (denominator == 0) return true;
        bool heads = _reaches(n[0] * denominator, n[1] * numerator, strict) && n[1] != 0;
        bool weight = _reaches(n[2] * denominator, n[3] * numerator, strict) && n[3] != 0;
        return (unit & HEADS == 0 || heads) && (unit & WEIGHT == 0 || weight);
    }

    function _reaches(uint256 value, uint256 bound, bool strict) private pure returns (bool) {
        return strict ? value > bound : value >= bound;
    }

    function _outcome(Result memory r, ElectionState.Phase phase, bool counted)
        private
        pure
        returns (Outcome)
    {
        if (phase == ElectionState.Phase.Undetermined) return Outcome.Undetermined;
        if (phase == ElectionState.Phase.Cancelled) return Outcome.Cancelled;
        if (phase != ElectionState.Phase.Certified) return Outcome.Pending;
        if (!r.quorumMet || !r.directMet) return Outcome.Failed;
        if (counted) return Outcome.Counted;
        return r.approvalMet ? Outcome.Passed : Outcome.Failed;
    }
}
