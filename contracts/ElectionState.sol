// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IElectionErrors} from "./interfaces/IElectionErrors.sol";
import {IElectionEvents} from "./interfaces/IElectionEvents.sol";
import {ManifestReader} from "./libraries/ManifestReader.sol";

/// @title The storage that an election and its modules share
/// @notice Every module inherits this contract first and adds no storage of its own.
/// No slot per voter is written on the normal path: one bit in `_acted` is all.
abstract contract ElectionState is IElectionEvents, IElectionErrors {
    /// @notice Where an election stands. Times and valid data alone move it on.
    enum Phase {
        Draft,
        Frozen,
        Voting,
        Closed,
        Opening,
        Certified,
        Cancelled,
        Undetermined
    }

    struct Progress {
        bool initialised;
        bool textPublished;
        bool secrecyLost;
        uint32 rollPublished;
        uint64 frozenAtBlock;
        uint64 keyBlock;
    }

    /// @dev One word, read and written once a batch. `flags` are those below; `live` counts voters with a live ballot, `liveWeight` their weight;
    /// `touched` counts voters with an act in a slot, `settled` those of them that are settled.
    struct Counters {
        uint8 flags;
        uint24 batches;
        uint32 live;
        uint64 liveWeight;
        uint32 touched;
        uint32 settled;
        uint32 opened;
        uint32 voided;
    }

    uint8 internal constant FROZEN = 1;
    uint8 internal constant CANCELLED = 2;
    uint8 internal constant CERTIFIED = 4;
    uint8 internal constant CHECK_INS = 8;

    /// @dev State bits of a voter's slot, below them the low bits of its act; docs/protocol.md, section 7.
    uint256 internal constant HAS_FIRST = 1 << 200;
    uint256 internal constant HAS_ACT = 1 << 201;
    uint256 internal constant IS_BALLOT = 1 << 202;
    uint256 internal constant IS_SETTLED = 1 << 203;
    uint256 internal constant ACT_MASK = (1 << 200) - 1;
    /// @dev The terms, but for the voter, of a first ballot of weight 1 and class 0 that came online.
    uint256 internal constant PLAIN_TERMS = 1 << 248 | 1;

    bytes32 internal _manifestHash;
    Progress internal _progress;
    Counters internal _counters;
    uint256 internal _secret;
    /// @dev Voter bitmaps: word `voter >> 8`, bit `voter & 255`.
    mapping(uint256 word => uint256 bits) internal _acted;
    mapping(uint256 word => uint256 bits) internal _touched;
    mapping(uint256 word => uint256 bits) internal _checkedIn;
    mapping(uint256 word => uint256 bits) internal _opened;
    mapping(uint256 word => uint256 bits) internal _voided;
    /// @dev The slot of a voter with acts beyond the first; docs/protocol.md, section 7.
    mapping(uint256 voter => uint256 slot) internal _slots;
    mapping(uint256 batch => bytes32 record) internal _batches;
    /// @dev heads << 128 | weight.
    mapping(uint256 stratum => uint256 packed) internal _turnout;
    mapping(uint256 stratum => mapping(uint256 index => uint256 lanes)) internal _tally;
    /// @dev Bitmap of the strata in use.
    uint256[16] internal _strata;

    function _phase(bytes memory manifest) internal view returns (Phase) {
        uint256 flags = _counters.flags;
        if (flags & CANCELLED != 0) return Phase.Cancelled;
        if (flags & CERTIFIED != 0) return Phase.Certified;
        if (flags & FROZEN == 0) return Phase.Draft;
        if (block.timestamp < ManifestReader.opensAt(manifest)) return Phase.Frozen;
        if (block.timestamp < ManifestReader.closesAt(manifest)) return Phase.Voting;
        if (block.timestamp < ManifestReader.openingAt(manifest)) return Phase.Closed;
        if (
            ManifestReader.secrecy(manifest) == ManifestReader.SEALED && _secret == 0
                && block.timestamp > ManifestReader.keyDeadline(manifest)
        ) {
            return Phase.Undetermined;
        }
        return Phase.Opening;
    }

    function _bit(mapping(uint256 => uint256) storage map, uint256 voter)
        internal
        view
        returns (bool)
    {
        return map[voter >> 8] >> (voter & 255) & 1 == 1;
    }

    function _setBit(mapping(uint256 => uint256) storage map, uint256 voter) internal {
        map[voter >> 8] |= 1 << (voter & 255);
    }
}
