// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Recorder} from "../Recorder.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Desk batches: named paper and proxy ballots, in-person ballots and check-ins, each on the word of two clerks
/// @notice docs/protocol.md, sections 4 and 7. Only these acts make the paper, proxy and in-person strata.
contract DeskModule is Recorder {
    using ManifestReader for bytes;

    uint256 private constant HEAD = 18;
    uint256 private constant NAMED = 1;
    uint256 private constant IN_PERSON = 2;
    uint256 private constant BOXED = 3;
    uint256 private constant CHECK_IN = 4;
    uint256 private constant PAPER_CHANNEL = 2;
    uint256 private constant PROXY_CHANNEL = 3;
    uint256 private constant IN_PERSON_CHANNEL = 4;
    uint256 private constant LAST_EPOCH = type(uint16).max;
    uint256 private constant CLERKS = 2;

    /// @notice Records a desk batch. Anyone may send one.
    function castDesk(bytes calldata batch) external {
        bytes memory m = ManifestReader.load();
        if (batch.length < 3 || uint8(batch[0]) != 3) revert BatchMalformed(0);
        uint256 count = uint16(bytes2(batch[1:3]));
        Batch memory b = _begin(m, count, _isDeskOpen(m));
        bytes32 domain = Messages.domain(_manifestHash);
        uint256 size = _payloadSize(b);
        uint256 stride = HEAD + size + CLERKS * Signatures.SIGNED_BY;
        if (count == 0 || batch.length != 3 + count * stride) revert BatchMalformed(1);
        uint256 at;
        assembly ("memory-safe") {
            at := add(batch.offset, 3)
        }
        Act memory a = _newAct();
        for (uint256 i; i < count; ++i) {
            uint256 clerks = at + HEAD + size;
            if (!Signatures.areIndices(clerks, CLERKS, m.clerkCount())) revert BatchMalformed(i);
            uint256 act = _read(b, a, at, domain);
            uint256 reason = _judge(b, a, act, clerks);
            if (reason == 0) reason = _perform(b, a, act, at + HEAD);
            if (reason != 0) _skip(a.voter, a.digest, reason);
            at += stride;
        }
        _end(b);
    }

    function _read(Batch memory b, Act memory a, uint256 at, bytes32 domain)
        private
        pure
        returns (uint256 act)
    {
        uint256 head;
        assembly ("memory-safe") {
            head := calldataload(at)
        }
        a.voter = head >> 224;
        act = head >> 216 & 0xff;
        a.channel = head >> 208 & 0xff;
        a.epoch = head >> 192 & 0xffff;
        a.weight = head >> 128 & type(uint64).max;
        a.class = head >> 112 & 0xffff;
        a.revision = 0;
        a.kind = act < BOXED ? BALLOT : WITHDRAWAL;
        _readPayload(b, a, at + HEAD);
        bytes32 structHash = keccak256(
            abi.encode(
                Messages.DESK_ACT,
                a.voter,
                act,
                a.channel,
                a.epoch,
                a.weight,
                a.class,
                a.content,
                a.escrow
            )
        );
        a.digest = Messages.digest(domain, structHash);
        a.key = 0;
    }

    function _judge(Batch memory b, Act memory a, uint256 act, uint256 clerks)
        private
        view
        returns (uint256)
    {
        if (!b.open) return NOT_OPEN;
        if (a.voter >= b.rollSize) return UNKNOWN_VOTER;
        if (!Signatures.byClerks(b.manifest, a.digest, clerks)) return BAD_ATTESTATION;
        if (act == NAMED) {
            bool named = a.channel == PAPER_CHANNEL || a.channel == PROXY_CHANNEL;
            return named ? 0 : BAD_KIND;
        }
        if (act == IN_PERSON) return a.channel == IN_PERSON_CHANNEL ? 0 : BAD_KIND;
        bool plain = a.channel | a.epoch | a.weight | a.class == 0;
        return act == CHECK_IN && plain ? 0 : BAD_KIND;
    }

    function _perform(Batch memory b, Act memory a, uint256 act, uint256 payload)
        private
        returns (uint256)
    {
        if (act != CHECK_IN) return _record(b, a, payload);
        if (!_isZero(payload, _payloadSize(b))) return BAD_KIND;
        if (_bit(_checkedIn, a.voter)) return SUPERSEDED;
        _setBit(_checkedIn, a.voter);
        _counters.flags |= CHECK_INS;
        b.checkIns = true;
        emit VoterCheckedIn(uint32(a.voter));
        return 0;
    }

    /// @dev A named act takes exactly the minimum epoch + 1, an in-person act the last epoch.
    function _isCurrentEpoch(Act memory a, uint256 minimum) internal pure override returns (bool) {
        return a.channel == IN_PERSON_CHANNEL ? a.epoch == LAST_EPOCH : a.epoch == minimum + 1;
    }

    function _isDeskOpen(bytes memory m) private view returns (bool) {
        Phase phase = _phase(m);
        return (phase == Phase.Voting || phase == Phase.Closed) && block.timestamp < m.barrierAt();
    }
}
