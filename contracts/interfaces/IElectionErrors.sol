// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Why a call to an election fails
/// @notice A call that fails changes nothing.
interface IElectionErrors {
    /// @notice The manifest's field at byte `offset` is out of its range; docs/protocol.md, section 2, names it.
    error ElectionInvalidManifest(uint256 offset);

    /// @notice The agenda's worst opening would cost `gas`, more than one transaction may risk.
    error ElectionAgendaTooLarge(uint256 gas);

    /// @notice The clone was initialised before, or is the locked implementation.
    error ElectionAlreadyInitialised();

    /// @notice Only the organiser may do this, and only in a draft or before voting.
    error ElectionUnauthorised(address sender);

    /// @notice The call does not fit the phase the election is in.
    error ElectionWrongPhase(uint8 phase);

    /// @notice The text does not hash to the manifest's `textHash`.
    error ElectionTextMismatch(bytes32 actual);

    /// @notice Roll entries must follow those published, `expected` is the next, and end at the roll's size.
    error ElectionRollGap(uint32 expected);

    /// @notice Text or roll are not published in full.
    error ElectionNotPublished();

    /// @notice The bytes are not a batch of this format; `offset` is where reading stopped.
    error BatchMalformed(uint256 offset);

    /// @notice A stream gives a subtree of `height` where a smaller one must stand.
    error BranchOutOfOrder(uint256 height);

    /// @notice Not enough gas is left to give every external signature check its stipend.
    error BatchUnderfunded();

    /// @notice The registrars' or clerks' signatures do not hold.
    error ElectionBadAttestation();

    /// @notice The epoch is not the voter's minimum epoch + 1, or the voter is unknown.
    error ElectionWrongEpoch(uint16 expected);

    /// @notice The records do not rebuild the batch, or an entry is not what the contract holds.
    error OpeningMismatch(uint32 batch);

    /// @notice The voter has no live act that this call could open, settle or void.
    error OpeningNothingThere(uint32 voter);

    /// @notice The secret is not the discrete logarithm of the trustees' key, or is released already.
    error TrusteeWrongSecret();

    /// @notice The escrow opens the envelope: the ballot is good.
    error EscrowIsGood(uint32 voter);

    /// @notice `unsettled` voters and `unopened` ballots are still missing from the count.
    error CertifyIncomplete(uint256 unsettled, uint256 unopened);
}
