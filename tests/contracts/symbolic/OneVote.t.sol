// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Assume} from "./Assume.sol";
import {RecordHarness} from "./RecordHarness.sol";

/// @title One vote an entry, for all states and all acts
/// @notice An induction step: from any state in which a slot in use implies the voter's bit, whatever is recorded
/// moves the count of live ballots by exactly what it changes for its own voter.
contract OneVoteTest is Assume {
    RecordHarness private _harness;

    function setUp() public {
        _harness = new RecordHarness();
    }

    /// @notice An act on record changes the liveness of its voter only, and the count by that change.
    function check_anActCountsForItsVoterOnly(
        RecordHarness.Voter memory voter,
        RecordHarness.Voter memory other,
        RecordHarness.Order memory order,
        bool plain,
        uint32 live,
        bytes32[3] memory payload
    ) public {
        assume(voter.number != other.number);
        _harness.arrange(voter);
        _harness.arrange(other);
        _assumeBit(voter.number);
        _assumeBit(other.number);
        uint256 before = _harness.live(voter.number);
        uint256 others = _harness.live(other.number);
        uint256 bit = _harness.acts(voter.number);
        _start(live, before + others);

        RecordHarness.Order[] memory orders = new RecordHarness.Order[](1);
        orders[0] = order;
        (uint256 reason, uint256 firsts) = _harness.record(voter.number, orders, plain, payload);

        assert(_harness.live(other.number) == others);
        assert(_harness.counted() + before == live + _harness.live(voter.number));
        assert(_harness.acts(voter.number) == (reason == 0 ? 1 : bit));
        assert(firsts + bit < 2);
    }

    /// @notice Two acts of one voter in one batch leave the count right, with one first at most.
    function check_twoActsOfOneVoterCountOnce(
        RecordHarness.Voter memory voter,
        RecordHarness.Order memory first,
        RecordHarness.Order memory second,
        bool plain,
        uint32 live,
        bytes32[3] memory payload
    ) public {
        _harness.arrange(voter);
        _assumeBit(voter.number);
        uint256 before = _harness.live(voter.number);
        uint256 bit = _harness.acts(voter.number);
        _start(live, before);

        RecordHarness.Order[] memory orders = new RecordHarness.Order[](2);
        orders[0] = first;
        orders[1] = second;
        (, uint256 firsts) = _harness.record(voter.number, orders, plain, payload);

        assert(_harness.counted() + before == live + _harness.live(voter.number));
        assert(firsts + bit < 2);
    }

    /// @dev A slot in use implies the voter's bit.
    function _assumeBit(uint256 voter) private view {
        assume(_harness.acts(voter) | _harness.isFresh(voter) == 1);
    }

    /// @dev The count covers the live ballots that are known.
    function _start(uint32 live, uint256 known) private {
        assume(live >= known);
        assume(live < type(uint32).max);
        _harness.setLive(live);
    }
}
