// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Recorder} from "../../../contracts/Recorder.sol";

/// @title The recorder alone, in any state and for any act
/// @notice A sealed election with choices of two bytes, one group and one class, whose roll has no bound.
contract RecordHarness is Recorder {
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

    function arrange(Voter calldata voter) external {
        _acted[voter.number >> 8] = voter.word;
        _slots[voter.number] = voter.slot;
    }

    function setLive(uint32 count) external {
        _counters.live = count;
    }

    function counted() external view returns (uint256) {
        return _counters.live;
    }

    /// @notice Records `orders` of one voter in one batch; the reasons (0: recorded) and the number of firsts.
    /// In a `plain` batch, one without flags, each is a ballot of weight 1 at order (0, 0).
    function record(uint32 voter, Order[] calldata orders, bool plain, bytes32[3] calldata payload)
        external
        returns (uint256 reasons, uint256 firsts)
    {
        uint256 at;
        assembly ("memory-safe") {
            at := payload
        }
        Batch memory b = _begin(_manifest(), orders.length, true);
        Act memory a = _newAct();
        a.key = bytes32(uint256(1));
        a.plain = plain;
        a.weight = 1;
        a.kind = BALLOT;
        for (uint256 i; i < orders.length; ++i) {
            a.voter = voter;
            a.channel = 0;
            if (!plain) {
                a.weight = orders[i].weight;
                a.class = orders[i].knownClass ? 0 : 1;
                a.epoch = orders[i].epoch;
                a.revision = orders[i].revision;
                a.kind = orders[i].kind;
            }
            reasons += _record(b, a, at);
        }
        firsts = b.firsts;
        _end(b);
    }

    /// @notice The voter's bit.
    function acts(uint256 voter) public view returns (uint256) {
        return _acted[voter >> 8] >> (voter & 255) & 1;
    }

    /// @notice `Election.hasBallot` as a number, without branches.
    function live(uint256 voter) external view returns (uint256) {
        uint256 slot = _slots[voter];
        uint256 recorded = slot >> 201 & 1;
        uint256 bit = isFresh(voter) & acts(voter);
        return recorded & slot >> 202 | (1 - recorded) & (bit | slot >> 200 & 1);
    }

    /// @notice 1 when the voter's slot was never used.
    function isFresh(uint256 voter) public view returns (uint256 fresh) {
        uint256 slot = _slots[voter];
        assembly ("memory-safe") {
            fresh := iszero(slot)
        }
    }

    function _manifest() private pure returns (bytes memory m) {
        m = new bytes(HEADER + 48);
        m[0] = 0x01;
        m[1] = 0x01;
        m[3] = 0x02;
        for (uint256 i = 4; i < 24; ++i) {
            m[i] = 0xff;
        }
        m[297] = 0x01;
        m[299] = 0x01;
    }
}
