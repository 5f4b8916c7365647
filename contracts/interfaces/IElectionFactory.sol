// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Where elections come from
interface IElectionFactory {
    /// @notice A new election exists, as a draft.
    event ElectionCreated(
        address indexed election,
        address indexed organiser,
        bytes32 indexed manifestHash,
        uint256 nonce
    );

    /// @notice The manifest names another organiser than the sender.
    error FactoryOrganiserMismatch(address named, address sender);

    /// @notice Creates and initialises an election in one transaction.
    /// @param manifest docs/protocol.md, section 2
    /// @param nonce any number the organiser has not used before
    /// @return election the address, known beforehand from `addressOf`
    function createElection(bytes calldata manifest, uint256 nonce)
        external
        returns (address election);

    /// @notice The address an election will have.
    function addressOf(bytes calldata manifest, uint256 nonce) external view returns (address);

    /// @notice The contract that every election delegates to.
    function implementation() external view returns (address);
}
