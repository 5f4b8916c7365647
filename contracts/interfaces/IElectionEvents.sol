// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What an election says
/// @notice Everything the count needs is in these events; the byte layouts are in docs/protocol.md.
/// `terms` packs kind, channel, class, epoch, revision, voter and weight of an act in one readable word.
interface IElectionEvents {
    /// @notice The titles, options and names behind the numbers, as UTF-8 JSON. Its keccak-256 is in the manifest.
    event TextPublished(string text);

    /// @notice Roll entries `first`, `first + 1`, … of 43 bytes each.
    event RollPublished(uint32 indexed first, bytes entries);

    /// @notice From here on nobody changes the election.
    event ElectionFrozen(bytes32 indexed manifestHash);

    /// @notice The organiser called the election off before voting started.
    event ElectionCancelled();

    /// @notice A sealed ballot whose escrow fits two words (the second padded with zeros) was recorded.
    event BallotSealed(
        uint32 indexed voter,
        uint256 terms,
        bytes32 key,
        bytes32 envelope,
        bytes32 escrowHead,
        bytes32 escrowTail
    );

    /// @notice A sealed ballot with a longer escrow was recorded.
    event LongBallotSealed(
        uint32 indexed voter, uint256 terms, bytes32 key, bytes32 envelope, bytes escrow
    );

    /// @notice An open ballot whose choices fit one word (padded with zeros) was recorded.
    event BallotCast(uint32 indexed voter, uint256 terms, bytes32 key, bytes32 choices);

    /// @notice An open ballot with longer choices was recorded.
    event LongBallotCast(uint32 indexed voter, uint256 terms, bytes32 key, bytes choices);

    /// @notice The voter's ballot was taken back by the voter.
    event BallotWithdrawn(uint32 indexed voter, uint256 terms, bytes32 key);

    /// @notice An act in a batch was not recorded. Never an act of the voter: anyone can send junk.
    event BallotSkipped(uint32 indexed voter, bytes32 digest, uint8 reason);

    /// @notice The firsts of one batch: the root of their tree, the hash of their acts, their number.
    event BatchRecorded(uint32 indexed batch, bytes32 root, bytes32 seals, uint32 firsts);

    /// @notice The registrars moved the voter to a new key; acts of earlier epochs are refused from here on.
    event VoterRebound(uint32 indexed voter, uint16 epoch);

    /// @notice Two clerks saw the voter at the assembly.
    event VoterCheckedIn(uint32 indexed voter);

    /// @notice The voter's live ballot among several acts was put into the count.
    event VoterSettled(uint32 indexed voter, uint256 act);

    /// @notice The trustees' secret. `secrecyLost` is true when it came before the barrier.
    event KeyReleased(uint256 secret, bool secrecyLost);

    /// @notice A sealed ballot was opened and counted; choices fit one word.
    event BallotOpened(uint32 indexed voter, bytes32 choices);

    /// @notice A sealed ballot was opened and counted; longer choices.
    event LongBallotOpened(uint32 indexed voter, bytes choices);

    /// @notice The escrow of the voter's ballot was proven bad: present, without choices.
    event BallotVoided(uint32 indexed voter);

    /// @notice The count is complete and final.
    event ElectionCertified(uint32 ballots, uint256 weight, uint32 voided);
}
