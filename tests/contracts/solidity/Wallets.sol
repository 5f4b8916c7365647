// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A wallet that one key owns; as EIP-7702 code it serves an account through a session key.
contract OwnedWallet is IERC1271 {
    address private immutable _owner;

    constructor(address owner) {
        _owner = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address signer,,) = ECDSA.tryRecover(hash, signature);
        return signer == _owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @notice A wallet that answers as it is told, whatever is signed.
contract OddWallet {
    enum Manner {
        Accepts,
        Reverts,
        BurnsGas,
        AnswersShort,
        AnswersNothing,
        AnswersWrong,
        AnswersAtLength,
        CountsGas
    }

    Manner private immutable _manner;

    constructor(Manner manner) {
        _manner = manner;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes4 magic = IERC1271.isValidSignature.selector;
        if (_manner == Manner.Reverts) revert("no");
        if (_manner == Manner.BurnsGas) {
            uint256 i;
            while (true) ++i;
        }
        if (_manner == Manner.AnswersShort) return abi.encodePacked(magic);
        if (_manner == Manner.AnswersNothing) return "";
        if (_manner == Manner.AnswersWrong) return abi.encode(bytes4(0xffffffff));
        if (_manner == Manner.AnswersAtLength) return bytes.concat(abi.encode(magic), new bytes(9000));
        if (_manner == Manner.CountsGas && gasleft() > 400_000) return "";
        return abi.encode(magic);
    }
}
