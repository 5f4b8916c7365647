// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Counter} from "../Counter.sol";
import {Bn254} from "../libraries/Bn254.sol";
import {Choices} from "../libraries/Choices.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";

/// @title Voiding ballots whose escrow does not open their envelope
/// @notice Whoever seals a bad escrow stays present and loses the choices, opened or not, until certification.
contract VoidModule is Counter {
    using ManifestReader for bytes;

    /// @dev A sealed ballot with its escrow. `salt` and `choices` are read only when it was opened already.
    struct Ballot {
        uint256 terms;
        bytes32 envelope;
        bytes escrow;
        bytes32 salt;
        bytes choices;
    }

    /// @notice Voids a live first of `batch`, whose tree has `root` and whose acts are `seals`, the ballot's at `index`.
    function voidFirst(
        uint32 batch,
        bytes32 root,
        bytes32[] calldata seals,
        uint256 index,
        Ballot calldata ballot
    ) external {
        bytes32 act = Messages.act(ballot.terms, ballot.envelope, keccak256(ballot.escrow));
        bytes32 sealsHash = keccak256(abi.encodePacked(seals));
        bool known = keccak256(abi.encode(root, sealsHash)) == _batches[batch];
        if (!known || index >= seals.length || seals[index] != act) revert OpeningMismatch(batch);
        uint256 voter = uint32(ballot.terms >> 64);
        if (_bit(_touched, voter)) revert OpeningNothingThere(uint32(voter));
        _void(ballot, voter);
    }

    /// @notice Voids the live ballot that its voter's slot holds.
    function voidAct(Ballot calldata ballot) external {
        uint256 voter = uint32(ballot.terms >> 64);
        uint256 act = uint256(Messages.act(ballot.terms, ballot.envelope, keccak256(ballot.escrow)));
        uint256 slot = _slots[voter];
        if (slot & IS_BALLOT == 0 || (act ^ slot) & ACT_MASK != 0) {
            revert OpeningNothingThere(uint32(voter));
        }
        _void(ballot, voter);
    }

    function _void(Ballot calldata ballot, uint256 voter) private {
        bytes memory m = ManifestReader.load();
        _requirePhase(m, Phase.Opening);
        if (_secret == 0) revert ElectionWrongPhase(uint8(Phase.Opening));
        if (_bit(_voided, voter)) revert OpeningNothingThere(uint32(voter));
        if (!_isBad(ballot, voter)) revert EscrowIsGood(uint32(voter));
        _setBit(_voided, voter);
        unchecked {
            ++_counters.voided;
        }
        _recount(m, ballot, voter);
        emit BallotVoided(uint32(voter));
    }

    /// @dev A voided ballot counts as invalid for every item; if it was opened, its choices are taken out first.
    function _recount(bytes memory m, Ballot calldata ballot, uint256 voter) private {
        uint256 terms = ballot.terms;
        Count memory c = _start(m, ballot.choices);
        _turnTo(c, uint16(terms >> 224), uint8(terms >> 240));
        c.weight = uint64(terms);
        if (_bit(_opened, voter)) _takeBack(c, ballot, voter);
        Choices.countVoid(c.book, c.entry, c.weight);
        _flush(c);
    }

    function _takeBack(Count memory c, Ballot calldata ballot, uint256 voter) private {
        if (ballot.choices.length != c.choicesLength) revert BatchMalformed(ballot.choices.length);
        bytes32 hash = _readChoices(c, c.start);
        uint256 order = uint32(ballot.terms >> 192);
        bytes32 envelope = _envelope(c, voter, order, hash, ballot.salt);
        if (envelope != ballot.envelope) revert OpeningMismatch(0);
        _addChoices(c, -1);
        _opened[voter >> 8] &= ~(1 << (voter & 255));
        _counters.opened -= 1;
    }

    /// @dev docs/protocol.md, section 6: decrypts the escrow and compares what it gives with the envelope.
    function _isBad(Ballot calldata ballot, uint256 voter) private view returns (bool) {
        bytes calldata escrow = ballot.escrow;
        uint256 parity = uint8(escrow[0]);
        if (parity != 2 && parity != 3) return true;
        uint256 x = uint256(bytes32(escrow[1:33]));
        (bool exists, uint256 y) = Bn254.decompress(x, parity - 2);
        if (!exists) return true;
        (uint256 sx, uint256 sy) = Bn254.multiply(x, y, _secret);
        uint256 order = uint32(ballot.terms >> 192);
        bytes memory k = abi.encode(
            Messages.TAG_SALT,
            sx,
            sy,
            x,
            y,
            block.chainid,
            address(this),
            voter,
            order >> 16,
            order & 0xffff
        );
        bytes32 salt = keccak256(k);
        bytes memory choices = _unstream(k, escrow[33:]);
        bytes32 envelope = keccak256(
            abi.encode(
                Messages.TAG_ENVELOPE,
                block.chainid,
                address(this),
                voter,
                order >> 16,
                order & 0xffff,
                keccak256(choices),
                salt
            )
        );
        return envelope != ballot.envelope;
    }

    function _unstream(bytes memory k, bytes memory data) private pure returns (bytes memory) {
        bytes32 tag = Messages.TAG_STREAM;
        uint256 blocks = (data.length + 31) / 32;
        assembly ("memory-safe") {
            mstore(add(k, 32), tag)
        }
        for (uint256 j; j < blocks; ++j) {
            bytes32 pad = keccak256(abi.encodePacked(k, j));
            assembly ("memory-safe") {
                let at := add(add(data, 32), shl(5, j))
                let left := sub(mload(data), shl(5, j))
                if lt(left, 32) {
                    let drop := shl(3, sub(32, left))
                    pad := shl(drop, shr(drop, pad))
                }
                mstore(at, xor(mload(at), pad))
            }
        }
        return data;
    }
}
