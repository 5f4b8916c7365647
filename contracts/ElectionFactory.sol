// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {Election} from "./Election.sol";
import {IElectionFactory} from "./interfaces/IElectionFactory.sol";

/// @title Elections as clones whose code ends with their manifest
contract ElectionFactory is IElectionFactory {
    uint256 private constant ORGANISER = 152;

    /// @inheritdoc IElectionFactory
    address public immutable implementation;

    constructor(address election) {
        implementation = election;
    }

    /// @inheritdoc IElectionFactory
    function createElection(bytes calldata manifest, uint256 nonce)
        external
        returns (address election)
    {
        address organiser = _organiser(manifest);
        if (organiser != msg.sender) revert FactoryOrganiserMismatch(organiser, msg.sender);
        bytes32 salt = _salt(organiser, nonce);
        election = Clones.cloneDeterministicWithImmutableArgs(implementation, manifest, salt);
        Election(election).initialise();
        emit ElectionCreated(election, organiser, Election(election).manifestHash(), nonce);
    }

    /// @inheritdoc IElectionFactory
    function addressOf(bytes calldata manifest, uint256 nonce) external view returns (address) {
        bytes32 salt = _salt(_organiser(manifest), nonce);
        return Clones.predictDeterministicAddressWithImmutableArgs(implementation, manifest, salt);
    }

    function _organiser(bytes calldata manifest) private pure returns (address) {
        if (manifest.length < ORGANISER + 20) return address(0);
        return address(bytes20(manifest[ORGANISER:ORGANISER + 20]));
    }

    function _salt(address organiser, uint256 nonce) private pure returns (bytes32) {
        return keccak256(abi.encode(organiser, nonce));
    }
}
