// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ElectionState} from "../ElectionState.sol";
import {Decision} from "../libraries/Decision.sol";

/// @title What can be asked of an election
interface IElectionViews {
    /// @notice The frozen rules, readable. Times in seconds since 1970; secrecy 0 open, 1 sealed.
    struct Rules {
        uint8 secrecy;
        address organiser;
        uint32 rollSize;
        uint64 rollWeight;
        bytes32 rollRoot;
        uint64 opensAt;
        uint64 closesAt;
        uint64 barrierAt;
        uint64 openingAt;
        uint64 keyDeadline;
        uint64 certifyAt;
        uint64 rebindUntil;
        uint8 threshold;
        address[] registrars;
        address[] clerks;
        uint16 items;
    }

    /// @notice Where the election stands.
    function phase() external view returns (ElectionState.Phase);

    /// @notice Voters with a live ballot and their weight, of how many there are.
    function turnout()
        external
        view
        returns (uint256 heads, uint256 weight, uint256 rollSize, uint256 rollWeight);

    /// @notice Whether this voter number has a live ballot.
    function hasBallot(uint32 voter) external view returns (bool);

    /// @notice The tally of an item (from 0) and what its rule makes of it.
    function result(uint256 item) external view returns (Decision.Result memory);

    /// @notice The frozen rules.
    function rules() external view returns (Rules memory);

    /// @notice The manifest, byte for byte (docs/protocol.md, section 2).
    function manifest() external view returns (bytes memory);

    /// @notice The hash that every signature is bound to.
    function manifestHash() external view returns (bytes32);

    /// @notice The EIP-712 domain separator on this chain.
    function domainSeparator() external view returns (bytes32);

    /// @notice What has happened so far, in flags and counters.
    function progress()
        external
        view
        returns (ElectionState.Progress memory, ElectionState.Counters memory);

    /// @notice The trustees' secret once released, else 0.
    function secret() external view returns (uint256);

    /// @notice The slot of a voter with acts beyond the first (docs/protocol.md, section 7), else 0.
    function slot(uint32 voter) external view returns (uint256);

    /// @notice The record of a batch, numbered from 1.
    function batch(uint32 number) external view returns (bytes32);

    /// @notice A stratum's turnout word and tally words (docs/protocol.md, section 8).
    function stratum(uint256 number)
        external
        view
        returns (uint256 turnoutWord, uint256[] memory lanes);

    /// @notice The implementation and its modules, fixed for ever.
    function modules() external view returns (address[] memory);

    /// @notice The hash of the code of all of them, which the manifest hash covers.
    function system() external view returns (bytes32);
}
