// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IElectionErrors} from "../../../contracts/interfaces/IElectionErrors.sol";
import {CastModule} from "../../../contracts/modules/CastModule.sol";
import {ElectionState} from "../../../contracts/ElectionState.sol";
import {Assume} from "./Assume.sol";
import {CastHarness} from "./CastHarness.sol";

/// @title The compact batch decoder, for all bytes of a batch
/// @notice Two clones with one manifest (sealed, choices of two bytes, two of two registrars), one where voting is
/// under way and one still a draft. Heads and classes are enumerated, registrars' indices are the valid ones except
/// where a check is about them; everything else is symbolic.
contract BatchDecoderTest is Assume {
    bytes4 private constant TAKEN = 0;
    bytes4 private immutable MALFORMED = IElectionErrors.BatchMalformed.selector;
    uint256 private constant HEADER = 302;
    uint256 private constant HEAD = 7;
    uint256 private constant SIGNATURE = 64;
    uint256 private constant SIGNED_BY = 65;
    uint256 private constant PAYLOAD = 67;
    uint256 private constant EXTRA = 34;

    struct Head {
        bool weights;
        bool classes;
        bool orders;
        bool each;
        bool extra;
        bool secondClass;
    }

    address private _voting;
    address private _draft;

    function setUp() public {
        address module = address(new CastHarness());
        _voting = Clones.cloneWithImmutableArgs(module, _manifest());
        _draft = Clones.cloneWithImmutableArgs(module, _manifest());
        CastHarness(_voting).freeze();
        assert(CastHarness(_voting).phase() == ElectionState.Phase.Voting);
        assert(CastHarness(_draft).phase() == ElectionState.Phase.Draft);
    }

    /// @notice A well-formed record with its own credential never makes its batch revert, whatever it says and
    /// whatever the state.
    function check_aWellFormedRecordIsTaken(Head memory head, bool voting, bytes32[10] memory body)
        public
    {
        head.extra = false;
        head.each = true;
        bytes memory batch = _batch(head, 1, _size(head, 1), abi.encodePacked(body));
        _sign(batch, head, 1);
        assert(_cast(voting ? _voting : _draft, batch) == TAKEN);
    }

    /// @notice Nor do two records.
    function check_twoWellFormedRecordsAreTaken(bytes32[18] memory body) public {
        Head memory head;
        head.each = true;
        bytes memory batch = _batch(head, 2, _size(head, 2), abi.encodePacked(body));
        _sign(batch, head, 2);
        assert(_cast(_voting, batch) == TAKEN);
    }

    /// @notice A well-formed list reverts for one reason only: the registrars did not sign it.
    function check_onlyTheSignaturesOfAListCount(Head memory head, bytes32[10] memory body) public {
        head.extra = false;
        head.each = false;
        bytes memory batch = _batch(head, 1, _size(head, 1), abi.encodePacked(body));
        _sign(batch, head, 1);
        bytes4 reason = _cast(_voting, batch);
        assert(reason == TAKEN || reason == IElectionErrors.ElectionBadAttestation.selector);
    }

    /// @notice The credential of nobody's ballot must stand at a position that the list has.
    function check_anExtraStandsInsideTheList(uint16 position, bytes32[10] memory body) public {
        Head memory head;
        head.extra = true;
        bytes memory batch = _batch(head, 1, _size(head, 1), abi.encodePacked(body));
        _sign(batch, head, 1);
        batch[HEAD + 2 * SIGNED_BY] = bytes1(bytes2(position));
        batch[HEAD + 2 * SIGNED_BY + 1] = bytes1(bytes2(position) << 8);
        bool malformed = _cast(_voting, batch) == MALFORMED;
        assert(malformed == (position > 1));
    }

    /// @notice One byte too few or too many is refused whatever the bytes are.
    function check_anotherLengthIsRefused(Head memory head, bool longer, bytes32[10] memory body)
        public
    {
        assume(!(head.each && head.extra));
        uint256 size = longer ? _size(head, 1) + 1 : _size(head, 1) - 1;
        assert(_cast(_voting, _batch(head, 1, size, abi.encodePacked(body))) == MALFORMED);
    }

    /// @notice No registrars but the two of the manifest, each once and in order, are taken.
    function check_otherRegistrarsAreRefused(bool each, bytes32[10] memory body) public {
        Head memory head;
        head.each = each;
        bytes memory batch = _batch(head, 1, _size(head, 1), abi.encodePacked(body));
        uint256 at = _indicesAt(head);
        assume(batch[at] != 0x00 || batch[at + SIGNED_BY] != 0x01);
        assert(_cast(_voting, batch) == MALFORMED);
    }

    /// @notice No other version, no unknown flag, no empty batch and no unknown credentials mode is taken.
    function check_anUnknownHeadIsRefused(
        uint8 version,
        uint8 flags,
        bool empty,
        uint8 mode,
        bytes32[9] memory body
    ) public {
        assume(version != 1 || flags > 7 || empty || mode > 1);
        uint16 count = empty ? 0 : 1;
        bytes memory head = abi.encodePacked(version, flags, count, mode, uint16(0));
        assert(_cast(_voting, bytes.concat(head, abi.encodePacked(body))) == MALFORMED);
    }

    /// @dev `TAKEN`, or the selector of the error.
    function _cast(address election, bytes memory batch) private returns (bytes4) {
        (bool ok, bytes memory words) = election.call(abi.encodeCall(CastModule.cast, (batch)));
        return ok ? TAKEN : bytes4(words);
    }

    function _size(Head memory head, uint256 count) private pure returns (uint256 size) {
        size = 4 + SIGNATURE + PAYLOAD;
        if (head.weights) size += 8;
        if (head.classes) size += 2;
        if (head.orders) size += 5;
        if (head.each) size += 2 * SIGNED_BY;
        size *= count;
        if (!head.each) size += 2 * SIGNED_BY;
        if (head.extra) size += EXTRA;
    }

    function _batch(Head memory head, uint256 count, uint256 size, bytes memory body)
        private
        pure
        returns (bytes memory)
    {
        uint8 flags = head.weights ? 1 : 0;
        if (head.classes) flags += 2;
        if (head.orders) flags += 4;
        uint8 mode = head.each ? 1 : 0;
        uint16 extras = head.extra ? 1 : 0;
        assembly ("memory-safe") {
            mstore(body, size)
        }
        return bytes.concat(abi.encodePacked(uint8(1), flags, uint16(count), mode, extras), body);
    }

    /// @dev Where the first registrar's index stands in a batch of one record.
    function _indicesAt(Head memory head) private pure returns (uint256) {
        Head memory plain;
        if (!head.each) return HEAD;
        plain.weights = head.weights;
        plain.classes = head.classes;
        plain.orders = head.orders;
        plain.each = true;
        return HEAD + _size(plain, 1) - 2 * SIGNED_BY;
    }

    /// @dev Writes the valid indices, and an enumerated class.
    function _sign(bytes memory batch, Head memory head, uint256 count) private pure {
        uint256 at = _indicesAt(head);
        for (uint256 i; i < count; ++i) {
            batch[at] = 0x00;
            batch[at + SIGNED_BY] = 0x01;
            if (!head.each) break;
            at += _size(head, 1);
        }
        if (!head.classes) return;
        at = HEAD + (head.each ? 0 : 2 * SIGNED_BY) + (head.extra ? EXTRA : 0) + 4
            + (head.weights ? 8 : 0);
        batch[at] = 0x00;
        batch[at + 1] = head.secondClass ? bytes1(0x01) : bytes1(0x00);
    }

    /// @dev Voting from the beginning of time to its end.
    function _manifest() private pure returns (bytes memory m) {
        m = new bytes(HEADER + 56);
        m[0] = 0x01;
        m[1] = 0x01;
        m[3] = 0x02;
        for (uint256 i = 4; i < 24; ++i) {
            m[i] = 0xff;
        }
        for (uint256 i = 180; i < 228; ++i) {
            m[i] = 0xff;
        }
        m[292] = 0x02;
        m[293] = 0x02;
        m[297] = 0x01;
        m[299] = 0x01;
        m[HEADER] = 0x11;
        m[HEADER + 20] = 0x22;
    }
}
