// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "../ElectionState.sol";
import {Agenda} from "../libraries/Agenda.sol";
import {Bn254} from "../libraries/Bn254.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";

/// @title From manifest to frozen election
/// @notice Checks the whole manifest once, at creation, so that no later code has to.
contract SetupModule is ElectionState {
    using ManifestReader for bytes;

    uint256 private constant OPENING_LIMIT = 4_000_000;
    uint256 private constant ROLL_ENTRY = 43;
    uint256 private constant STRATA_LIMIT = 4096;

    /// @notice Checks the manifest in this clone's code and binds it. Called once, by the factory, in the creating transaction.
    function initialise(bytes32 manifestHash) external {
        if (_progress.initialised) revert ElectionAlreadyInitialised();
        _progress.initialised = true;
        _manifestHash = manifestHash;
        bytes memory m = ManifestReader.load();
        _checkHeader(m);
        _checkTimes(m);
        _checkPeople(m);
        _checkClasses(m);
        _checkAgenda(m);
    }

    /// @notice Publishes the text whose hash the manifest holds.
    function publishText(string calldata text) external {
        _onlyOrganiser(ManifestReader.load(), Phase.Draft);
        bytes32 actual = keccak256(bytes(text));
        if (actual != ManifestReader.load().textHash()) revert ElectionTextMismatch(actual);
        _progress.textPublished = true;
        emit TextPublished(text);
    }

    /// @notice Publishes the next roll entries.
    function publishRoll(uint32 first, bytes calldata entries) external {
        bytes memory m = ManifestReader.load();
        _onlyOrganiser(m, Phase.Draft);
        uint32 published = _progress.rollPublished;
        uint256 next = published + entries.length / ROLL_ENTRY;
        if (first != published || entries.length % ROLL_ENTRY != 0 || next > m.rollSize()) {
            revert ElectionRollGap(published);
        }
        _progress.rollPublished = uint32(next);
        emit RollPublished(first, entries);
    }

    /// @notice Freezes the election for ever.
    function freeze() external {
        bytes memory m = ManifestReader.load();
        _onlyOrganiser(m, Phase.Draft);
        Progress storage p = _progress;
        bool rollKnown = m.rollInFile() || p.rollPublished == m.rollSize();
        if (!p.textPublished || !rollKnown) revert ElectionNotPublished();
        if (block.timestamp >= m.opensAt()) revert ElectionInvalidManifest(172);
        _counters.flags = FROZEN;
        p.frozenAtBlock = uint64(block.number);
        emit ElectionFrozen(_manifestHash);
    }

    /// @notice Calls the election off; impossible once voting has started.
    function cancel() external {
        bytes memory m = ManifestReader.load();
        Phase phase = _phase(m);
        _onlyOrganiser(m, phase == Phase.Draft ? Phase.Draft : Phase.Frozen);
        _counters.flags |= CANCELLED;
        emit ElectionCancelled();
    }

    function _onlyOrganiser(bytes memory m, Phase required) private view {
        if (msg.sender != m.organiser()) revert ElectionUnauthorised(msg.sender);
        Phase phase = _phase(m);
        if (phase != required) revert ElectionWrongPhase(uint8(phase));
    }

    function _checkHeader(bytes memory m) private pure {
        _require(m.length >= ManifestReader.HEADER, m.length);
        _require(m.u8(0) == 1, 0);
        _require(m.secrecy() <= ManifestReader.SEALED, 1);
        _require(m.rollSize() != 0, 4);
        _require(m.largestWeight() != 0 && m.largestWeight() <= m.rollWeight(), 16);
        _require(m.rollWeight() >= m.rollSize() + m.largestWeight() - 1, 8);
        _require(m.rollWeight() <= m.rollSize() * m.largestWeight(), 8);
        _require(m.rollRoot() != 0, 24);
        _require(m.word(56) != 0, 56);
        _require(m.textHash() != 0, 88);
        _require(m.organiser() != address(0), 152);
        if (m.secrecy() == ManifestReader.SEALED) {
            _require(Bn254.isOnCurve(m.word(228), m.word(260)), 228);
        } else {
            _require(m.word(228) | m.word(260) == 0, 228);
        }
        _require(m.u8(295) <= 1, 295);
    }

    function _checkTimes(bytes memory m) private pure {
        _require(m.opensAt() < m.closesAt(), 180);
        _require(m.closesAt() <= m.barrierAt(), 188);
        _require(m.barrierAt() < m.openingAt(), 196);
        _require(m.openingAt() <= m.keyDeadline(), 204);
        _require(m.keyDeadline() <= m.certifyAt(), 212);
        _require(m.rebindUntil() <= m.closesAt(), 220);
    }

    function _checkPeople(bytes memory m) private pure {
        uint256 registrars = m.registrarCount();
        uint256 threshold = m.threshold();
        _require(threshold <= registrars, 293);
        _require(registrars == 0 ? threshold == 0 : 2 * threshold > registrars, 293);
        _require(m.clerkCount() != 1, 294);
        uint256 people = registrars + m.clerkCount();
        _require(ManifestReader.HEADER + 20 * people <= m.length, 292);
        for (uint256 i; i < people; ++i) {
            address person = m.registrar(i);
            uint256 offset = ManifestReader.HEADER + 20 * i;
            _require(person != address(0), offset);
            for (uint256 j; j < i; ++j) {
                _require(person != m.registrar(j), offset);
            }
        }
    }

    function _checkClasses(bytes memory m) private pure {
        uint256 groups = m.groupCount();
        uint256 classes = m.classCount();
        _require(groups != 0 && 5 * groups <= STRATA_LIMIT, 296);
        _require(classes != 0, 298);
        _require(m.barredAt() <= m.length && m.itemsAt() <= m.length, 298);
        uint256 heads;
        uint256 weight;
        for (uint256 i; i < groups; ++i) {
            heads += m.u32(m.groupsAt() + 12 * i);
            weight += m.u64(m.groupsAt() + 12 * i + 4);
        }
        _require(heads == m.rollSize() && weight == m.rollWeight(), 296);
        uint256 start;
        for (uint256 i; i < classes; ++i) {
            uint256 row = m.classesAt() + 4 * i;
            uint256 end = m.u16(row + 2);
            _require(m.u16(row) < groups, row);
            _require(end >= start, row + 2);
            for (uint256 j = start + 1; j < end; ++j) {
                uint256 pair = m.barredAt() + 4 * j;
                _require(m.u32(pair) > m.u32(pair - 4), pair);
            }
            start = end;
        }
        _require(m.itemsAt() <= m.length, 298);
    }

    function _checkAgenda(bytes memory m) private pure {
        uint256 count = m.itemCount();
        _require(count != 0 && count <= 1024, 300);
        uint256 offset = m.itemsAt();
        Agenda.Item memory item;
        for (uint256 i; i < count; ++i) {
            _require(offset + Agenda.ITEM_HEADER <= m.length, offset);
            item.eligible = 0;
            item.optionGroups = 0;
            item.costs = 0;
            item.list = false;
            uint256 end = Agenda.parse(m, offset, item);
            _require(end <= m.length, offset);
            _checkItem(m, item, offset);
            offset = end;
        }
        _require(offset == m.length, offset);
        Agenda.Book memory book = Agenda.load(m);
        _checkBarred(m, book);
        _checkWorst(m, book);
    }

    function _checkItem(bytes memory m, Agenda.Item memory item, uint256 offset) private pure {
        uint256 method = item.method;
        bool pointed = method == Agenda.SCORE || method == Agenda.CUMULATIVE;
        _require(method != 0 && method <= Agenda.RANKING, offset);
        _require(m.u8(offset + 1) <= 7, offset + 1);
        _require(item.options >= 2 && item.options <= 1024, offset + 2);
        _require(item.min != 0 && item.min <= item.max, offset + 4);
        _require(item.max <= (method == Agenda.CHOOSE_ONE ? 1 : item.options), offset + 6);
        _require(pointed ? item.points != 0 : item.points == 1, offset + 8);
        _require(method == Agenda.CUMULATIVE ? item.sum >= item.min : item.sum == 0, offset + 10);
        _require(item.costCap == 0 || item.costs != 0, offset + 14);
        uint256 rule = item.rule;
        _require(m.u8(rule) <= 1, rule);
        _require(m.u8(rule + 1) != 0 && m.u8(rule + 1) <= 3, rule + 1);
        _require(m.u8(rule + 2) <= 2, rule + 2);
        _require(m.u8(rule + 3) <= 7, rule + 3);
        _checkFraction(m, rule, 4, 1);
        _checkFraction(m, rule, 8, 4);
        _checkFraction(m, rule, 12, 2);
        _require(m.u8(rule) == 0 || m.u16(rule + 14) != 0, rule + 14);
        _require(m.u8(rule) == 0 || !pointed && method != Agenda.RANKING, rule);
        if (item.eligible != 0) _checkEligible(m, item.eligible);
    }

    /// @dev The fraction `place` bytes into the rule is at most 1; where there is none its strict bit is 0.
    function _checkFraction(bytes memory m, uint256 rule, uint256 place, uint256 strict)
        private
        pure
    {
        uint256 denominator = m.u16(rule + place + 2);
        _require(m.u16(rule + place) <= denominator, rule + place);
        _require(denominator != 0 || m.u8(rule + 3) & strict == 0, rule + 3);
    }

    /// @dev At least one group, none beyond the last.
    function _checkEligible(bytes memory m, uint256 at) private pure {
        uint256 groups = m.groupCount();
        uint256 bits;
        for (uint256 i; i < (groups + 7) >> 3; ++i) {
            bits |= m.u8(at + i);
        }
        uint256 last = at + ((groups - 1) >> 3);
        _require(bits != 0, at);
        _require(groups & 7 == 0 || m.u8(last) >> (groups & 7) == 0, last);
    }

    function _checkBarred(bytes memory m, Agenda.Book memory book) private pure {
        for (uint256 at = m.barredAt(); at < m.itemsAt(); at += 4) {
            uint256 index = m.u16(at);
            uint256 option = m.u16(at + 2);
            _require(index < book.items.length, at);
            _require(option != 0 && option <= book.items[index].options, at + 2);
        }
    }

    /// @dev A generous estimate of opening one ballot alone with every tally word fresh; docs/protocol.md, section 8.
    function _checkWorst(bytes memory m, Agenda.Book memory book) private pure {
        uint256 length;
        uint256 options;
        uint256 selectable;
        for (uint256 i; i < book.items.length; ++i) {
            length += book.items[i].length;
            options += book.items[i].options;
            selectable += book.items[i].max;
        }
        _require(length == m.choicesLength(), 2);
        uint256 words = book.words < selectable ? book.words : selectable;
        uint256 gas = 60_000 + 250 * length + 400 * book.items.length + 120 * options + 22_200
            * book.planes * words;
        if (gas > OPENING_LIMIT) revert ElectionAgendaTooLarge(gas);
    }

    function _require(bool condition, uint256 offset) private pure {
        if (!condition) revert ElectionInvalidManifest(offset);
    }
}
