// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What can be done to an election, in the order of its life
interface IElectionActions {
    /// @notice A sealed ballot with its escrow. `salt` and `choices` matter only when it was opened already.
    struct SealedBallot {
        uint256 terms;
        bytes32 envelope;
        bytes escrow;
        bytes32 salt;
        bytes choices;
    }

    /// @notice Binds the clone to the manifest in its code. The factory calls it in the creating transaction.
    function initialise() external;

    /// @notice Publishes the text behind the numbers; organiser, draft.
    function publishText(string calldata text) external;

    /// @notice Publishes roll entries `first`, `first + 1`, … of 43 bytes each; organiser, draft.
    function publishRoll(uint32 first, bytes calldata entries) external;

    /// @notice Freezes the election for ever; organiser, before `opensAt`.
    function freeze() external;

    /// @notice Calls the election off; organiser, before `opensAt`.
    function cancel() external;

    /// @notice Records a compact batch of online acts. Anyone may send it; what does not hold is skipped.
    function cast(bytes calldata batch) external;

    /// @notice Records a wide batch: wallets, passkeys, listed voters. Anyone may send it.
    function castWide(bytes calldata batch) external;

    /// @notice Records acts of the desk, each signed by two clerks. Anyone may send it.
    function castDesk(bytes calldata batch) external;

    /// @notice Raises the voter's minimum epoch to `epoch`, signed by m registrars. Anyone may send it.
    function rebind(uint32 voter, uint16 epoch, bytes calldata signatures) external;

    /// @notice From the barrier on: puts the live ballots of voters with several acts into the count. Anyone may call.
    function settle(uint32 batch, bytes32 seals, bytes calldata stream) external;

    /// @notice Publishes the trustees' secret; before the barrier this records that secrecy was lost. Anyone may call.
    function releaseKey(uint256 secret) external;

    /// @notice Opens sealed firsts of a batch. Anyone may call.
    function open(uint32 batch, bytes32 seals, bytes calldata stream) external;

    /// @notice Opens sealed ballots that voters' slots hold. Anyone may call.
    function openActs(bytes calldata records) external;

    /// @notice Proves the escrow of a sealed first bad and voids it. Anyone may call.
    function voidFirst(
        uint32 batch,
        bytes32 root,
        bytes32[] calldata seals,
        uint256 index,
        SealedBallot calldata ballot
    ) external;

    /// @notice Proves the escrow of the ballot in a voter's slot bad and voids it. Anyone may call.
    function voidAct(SealedBallot calldata ballot) external;

    /// @notice Declares the count complete; from `certifyAt`, when nothing is missing. Anyone may call.
    function certify() external;
}
