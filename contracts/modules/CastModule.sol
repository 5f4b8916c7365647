// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Recorder} from "../Recorder.sol";
import {ManifestReader} from "../libraries/ManifestReader.sol";
import {Messages} from "../libraries/Messages.sol";
import {Signatures} from "../libraries/Signatures.sol";

/// @title Compact batches: online acts of attested voters who sign with ECDSA
/// @notice docs/protocol.md, section 7. Two passes: signatures first, because a list of credentials is rebuilt from
/// the keys they recover; then the record.
contract CastModule is Recorder {
    using ManifestReader for bytes;

    uint256 private constant HAS_WEIGHTS = 1;
    uint256 private constant HAS_CLASSES = 2;
    uint256 private constant HAS_ORDERS = 4;
    uint256 private constant HEAD = 7;
    uint256 private constant EXTRA = 34;

    /// @dev Calldata offsets and sizes of a batch. `verified` is memory: digest and key of each record.
    struct Shape {
        uint256 flags;
        uint256 count;
        uint256 each;
        uint256 extras;
        uint256 listSignatures;
        uint256 extrasAt;
        uint256 records;
        uint256 stride;
        uint256 signature;
        uint256 payload;
        uint256 attestation;
        uint256 verified;
    }

    /// @notice Records a compact batch. Anyone may send one.
    function cast(bytes calldata batch) external {
        unchecked {
            bytes memory m = ManifestReader.load();
            Shape memory s = _shape(m, batch);
            Batch memory b = _begin(m, s.count, _phase(m) == Phase.Voting);
            bytes32 domain = Messages.domain(_manifestHash);
            Act memory a;
            bool attested = _verify(b, s, a, domain);
            uint256 at = s.records;
            for (uint256 i; i < s.count; ++i) {
                _readHead(s, a, at);
                _readPayload(b, a, at + s.payload);
                (a.digest, a.key) = _verified(s, i);
                uint8 reason = _judge(b, s, a, domain, at, attested);
                if (reason == 0) reason = _record(b, a, at + s.payload);
                if (reason != 0) _skip(a.voter, a.digest, reason);
                at += s.stride;
            }
            _end(b);
        }
    }

    function _judge(
        Batch memory b,
        Shape memory s,
        Act memory a,
        bytes32 domain,
        uint256 at,
        bool attested
    ) private view returns (uint8) {
        if (!b.open) return NOT_OPEN;
        if (a.voter >= b.rollSize) return UNKNOWN_VOTER;
        if (a.key == 0) return BAD_SIGNATURE;
        if (s.each == 0) return attested ? 0 : BAD_ATTESTATION;
        bytes32 credential = Messages.credential(a.voter, a.key, a.weight, a.class, a.epoch);
        bytes32 digest = Messages.digest(domain, credential);
        return Signatures.byRegistrars(b.manifest, digest, at + s.attestation)
            ? 0
            : BAD_ATTESTATION;
    }

    /// @dev Recovers every voter's key and, for a list, rebuilds it and checks the registrars' signatures.
    function _verify(Batch memory b, Shape memory s, Act memory a, bytes32 domain)
        private
        view
        returns (bool)
    {
        unchecked {
            uint256 verified;
            uint256 list;
            {
                uint256 count = s.count;
                uint256 extras = s.extras;
                assembly ("memory-safe") {
                    verified := mload(0x40)
                    list := add(verified, shl(6, count))
                    mstore(0x40, add(list, shl(5, add(count, extras))))
                }
            }
            s.verified = verified;
            uint256 at = s.records;
            uint256 extra = s.extrasAt;
            uint256 next = _position(s, extra);
            uint256 place;
            for (uint256 i; i < s.count; ++i) {
                _readHead(s, a, at);
                _readPayload(b, a, at + s.payload);
                bytes32 digest = Messages.digest(
                    domain,
                    Messages.ballot(a.voter, a.epoch, a.revision, a.kind, a.content, a.escrow)
                );
                bytes32 key = Signatures.keyOf(digest, at + s.signature);
                assembly ("memory-safe") {
                    mstore(verified, digest)
                    mstore(add(verified, 32), key)
                }
                verified += 64;
                at += s.stride;
                if (s.each != 0) continue;
                while (place == next) {
                    list = _append(list, _word(extra + 2));
                    extra += EXTRA;
                    next = _position(s, extra);
                    ++place;
                }
                list = _append(
                    list, Messages.credential(a.voter, key, a.weight, a.class, a.epoch)
                );
                ++place;
            }
            if (s.each != 0) return true;
            while (place == next) {
                list = _append(list, _word(extra + 2));
                extra += EXTRA;
                next = _position(s, extra);
                ++place;
            }
            if (extra != s.extrasAt + EXTRA * s.extras) revert BatchMalformed(HEAD);
            bytes32 entries;
            assembly ("memory-safe") {
                let size := shl(5, place)
                entries := keccak256(sub(list, size), size)
            }
            bytes32 listHash = keccak256(abi.encode(Messages.CREDENTIAL_LIST, entries));
            bytes32 listDigest = Messages.digest(domain, listHash);
            return Signatures.byRegistrars(b.manifest, listDigest, s.listSignatures);
        }
    }

    /// @dev Everything that makes a batch well formed depends on its bytes and the frozen manifest alone.
    function _shape(bytes memory m, bytes calldata batch) private pure returns (Shape memory s) {
        unchecked {
            uint256 start;
            assembly ("memory-safe") {
                start := batch.offset
            }
            uint256 head = uint256(_word(start));
            uint256 signers = m.threshold() * Signatures.SIGNED_BY;
            s.flags = head >> 240 & 0xff;
            s.count = head >> 224 & 0xffff;
            s.each = head >> 216 & 0xff;
            s.extras = head >> 200 & 0xffff;
            if (batch.length < HEAD || head >> 248 != 1) revert BatchMalformed(0);
            if (s.flags > 7) revert BatchMalformed(1);
            if (s.count == 0) revert BatchMalformed(2);
            if (s.each > 1) revert BatchMalformed(4);
            if (s.each == 1 && s.extras != 0) revert BatchMalformed(5);
            s.listSignatures = start + HEAD;
            s.extrasAt = s.listSignatures + (s.each == 0 ? signers : 0);
            s.records = s.extrasAt + EXTRA * s.extras;
            s.signature = 4 + (s.flags & HAS_WEIGHTS != 0 ? 8 : 0)
                + (s.flags & HAS_CLASSES != 0 ? 2 : 0) + (s.flags & HAS_ORDERS != 0 ? 5 : 0);
            s.payload = s.signature + 64;
            s.attestation = s.payload + m.choicesLength()
                + (m.secrecy() == ManifestReader.OPEN ? 0 : 65);
            s.stride = s.attestation + (s.each == 0 ? 0 : signers);
            uint256 end = s.records + s.count * s.stride;
            if (end != start + batch.length) revert BatchMalformed(batch.length);
            _checkIndices(m, s);
        }
    }

    function _checkIndices(bytes memory m, Shape memory s) private pure {
        unchecked {
            uint256 threshold = m.threshold();
            uint256 registrars = m.registrarCount();
            if (s.each == 0) {
                if (!Signatures.areIndices(s.listSignatures, threshold, registrars)) {
                    revert BatchMalformed(HEAD);
                }
                return;
            }
            uint256 at = s.records + s.attestation;
            for (uint256 i; i < s.count; ++i) {
                if (!Signatures.areIndices(at, threshold, registrars)) {
                    revert BatchMalformed(HEAD + i * s.stride + s.attestation);
                }
                at += s.stride;
            }
        }
    }

    function _readHead(Shape memory s, Act memory a, uint256 at) private pure {
        unchecked {
            uint256 flags = s.flags;
            uint256 head = uint256(_word(at));
            a.voter = head >> 224;
            a.channel = 0;
            if (flags == 0) {
                a.weight = 1;
                a.kind = BALLOT;
                return;
            }
            head <<= 32;
            a.weight = 1;
            if (flags & HAS_WEIGHTS != 0) {
                a.weight = head >> 192;
                head <<= 64;
            }
            if (flags & HAS_CLASSES != 0) {
                a.class = head >> 240;
                head <<= 16;
            }
            a.kind = BALLOT;
            if (flags & HAS_ORDERS != 0) {
                a.epoch = head >> 240;
                a.revision = head >> 224 & 0xffff;
                a.kind = head >> 216 & 0xff;
            }
        }
    }

    /// @dev The list position of the extra at calldata offset `at`, or none when all are used.
    function _position(Shape memory s, uint256 at) private pure returns (uint256) {
        unchecked {
            if (at == s.extrasAt + EXTRA * s.extras) return type(uint256).max;
            return uint256(_word(at)) >> 240;
        }
    }

    function _append(uint256 list, bytes32 entry) private pure returns (uint256) {
        assembly ("memory-safe") {
            mstore(list, entry)
        }
        unchecked {
            return list + 32;
        }
    }

    function _verified(Shape memory s, uint256 i)
        private
        pure
        returns (bytes32 digest, bytes32 key)
    {
        uint256 at = s.verified;
        assembly ("memory-safe") {
            at := add(at, shl(6, i))
            digest := mload(at)
            key := mload(add(at, 32))
        }
    }

    function _word(uint256 at) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := calldataload(at)
        }
    }
}
