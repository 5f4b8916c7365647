// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Recorder} from "../../../contracts/Recorder.sol";
import {Assume} from "./Assume.sol";

/// @title One vote an entry, for all states and all acts
/// @notice An induction step: from any state in which a voter's slot implies the voter's bit, whatever is recorded
/// moves the count of live ballots by exactly what it changes for its own voter. A sealed election with choices of
/// two bytes, one group and one class; the payload and everything about the acts are symbolic.
contract OneVoteTest is Recorder, Assume {
    uint256 private constant CHOICES = 2;
    uint256 private constant HEADER = 302;

    struct Voter {
        uint32 number;
        uint256 slot;
        uint256 word;
    }

    struct Order {
        uint16 epoch;
        uint16 revision;
        uint8 kind;
        uint64 weight;
        bool knownClass;
    }

    /// @notice An act on record changes the liveness of its voter only, and the count by that change.
    function check_anActCountsForItsVoterOnly(
        Voter memory voter,
        Voter memory other,
        Order memory order,
        uint32 live,
        bytes32[3] calldata payload
    ) public {
        assume(voter.number != other.number);
        _arrange(voter);
        _arrange(other);
        _assumeBit(voter);
        _assumeBit(other);
        uint256 before = _live(voter.number);
        uint256 others = _live(other.number);
        assume(live >= before + others);
        assume(live < type(uint32).max);
        _counters.live = live;
        uint256 bit = _acts(voter.number);

        Batch memory b = _begin(_manifest(), 1, true);
        uint256 reason = _record(b, _act(voter.number, order), _at(payload));
        _end(b);

        uint256 present = _live(voter.number);
        assert(_live(other.number) == others);
        assert(_counters.live + before == live + present);
        if (reason == 0) assert(_acts(voter.number) == 1);
        else assert(_acts(voter.number) == bit);
        if (b.firsts != 0) assert(bit == 0);
    }

    /// @notice Two acts of one voter in one batch leave the count right, with one first at most.
    function check_twoActsOfOneVoterCountOnce(
        Voter memory voter,
        Order memory first,
        Order memory second,
        uint32 live,
        bytes32[3] calldata payload
    ) public {
        _arrange(voter);
        _assumeBit(voter);
        uint256 before = _live(voter.number);
        assume(live >= before);
        assume(live < type(uint32).max);
        _counters.live = live;

        Batch memory b = _begin(_manifest(), 2, true);
        uint256 at = _at(payload);
        _record(b, _act(voter.number, first), at);
        _record(b, _act(voter.number, second), at);
        _end(b);

        assert(b.firsts < 2);
        assert(_counters.live + before == live + _live(voter.number));
    }

    function _arrange(Voter memory voter) private {
        _acted[voter.number >> 8] = voter.word;
        _slots[voter.number] = voter.slot;
    }

    /// @dev A slot in use implies the voter's bit.
    function _assumeBit(Voter memory voter) private view {
        uint256 unused;
        uint256 slot = voter.slot;
        assembly ("memory-safe") {
            unused := iszero(slot)
        }
        assume(_acts(voter.number) | unused == 1);
    }

    function _acts(uint256 voter) private view returns (uint256) {
        return _acted[voter >> 8] >> (voter & 255) & 1;
    }

    /// @dev `Election.hasBallot` as a number, without branches.
    function _live(uint256 voter) private view returns (uint256) {
        uint256 slot = _slots[voter];
        uint256 acts = slot >> 201 & 1;
        uint256 unused;
        assembly ("memory-safe") {
            unused := iszero(slot)
        }
        return acts & slot >> 202 | (1 - acts) & (unused & _acts(voter) | slot >> 200 & 1);
    }

    function _act(uint32 voter, Order memory order) private pure returns (Act memory a) {
        a.voter = voter;
        a.weight = order.weight;
        a.class = order.knownClass ? 0 : 1;
        a.epoch = order.epoch;
        a.revision = order.revision;
        a.kind = order.kind;
        a.key = bytes32(uint256(1));
    }

    function _at(bytes32[3] calldata payload) private pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := payload
        }
    }

    /// @dev Every field of the manifest that recording reads; the roll and its weights have no bound here.
    function _manifest() private pure returns (bytes memory m) {
        m = new bytes(HEADER + 48);
        m[0] = 0x01;
        m[1] = 0x01;
        m[3] = bytes1(uint8(CHOICES));
        for (uint256 i = 4; i < 24; ++i) {
            m[i] = 0xff;
        }
        m[297] = 0x01;
        m[299] = 0x01;
    }
}
