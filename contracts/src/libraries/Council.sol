// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";

/// @notice What of a record stays as it is from upgrade to upgrade.
/// @param executorSalt hash of the register arguments: the executor's address depends on it alone
/// @param linkHead the contract link before the commit
/// @param linkTail the contract link after the commit
struct Council {
    bytes32 executorSalt;
    address executor;
    uint8 minSignatures;
    uint32 contractSigners;
    address[] signers;
    bytes linkHead;
    bytes linkTail;
}

/// @title Councils, each kept as the code of an account of its own
/// @dev Code is read at 3 gas per 32 bytes after 2,600 for the account; nine signers in storage cost 2,100 each.
/// Layout: STOP (so that nobody can run it) ‖ salt 32 ‖ executor 20 ‖ minSignatures 1 ‖ contractSigners 4 ‖ number of
/// signers 1 ‖ length of linkHead 2 ‖ signers 20 each ‖ linkHead ‖ linkTail.
library CouncilStore {
    uint256 private constant HEADER = 61;
    uint256 private constant ADDRESS = 20;

    function isContract(Council memory council, uint256 signer) internal pure returns (bool) {
        return (council.contractSigners >> signer) & 1 == 1;
    }

    /// @notice Stores a council; the account that is returned can never change.
    function write(Council memory council) internal returns (address store) {
        bytes memory code = abi.encodePacked(
            bytes1(0),
            council.executorSalt,
            council.executor,
            council.minSignatures,
            council.contractSigners,
            uint8(council.signers.length),
            uint16(council.linkHead.length),
            pack(council.signers),
            council.linkHead,
            council.linkTail
        );
        // PUSH2 length, DUP1, PUSH1 10 (these bytes), RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN
        bytes memory creation = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        assembly ("memory-safe") {
            store := create(0, add(creation, 0x20), mload(creation))
        }
        if (store == address(0)) revert IRegistry.CouncilNotStored();
    }

    function read(address store) internal view returns (Council memory council) {
        bytes memory code = store.code;
        council.executorSalt = wordAt(code, 1);
        council.executor = address(bytes20(wordAt(code, 33)));
        council.minSignatures = uint8(code[53]);
        council.contractSigners = uint32(bytes4(wordAt(code, 54)));
        council.signers = new address[](uint8(code[58]));
        for (uint256 i = 0; i < council.signers.length; ++i) {
            council.signers[i] = address(bytes20(wordAt(code, HEADER + i * ADDRESS)));
        }
        uint256 linkAt = HEADER + council.signers.length * ADDRESS;
        uint256 tailAt = linkAt + uint16(bytes2(wordAt(code, 59)));
        council.linkHead = Bytes.slice(code, linkAt, tailAt);
        council.linkTail = Bytes.slice(code, tailAt);
    }

    function pack(address[] memory signers) private pure returns (bytes memory packed) {
        packed = new bytes(signers.length * ADDRESS);
        for (uint256 i = 0; i < signers.length; ++i) {
            address signer = signers[i];
            // Writes 32 bytes of which the last 12 are overwritten by the next signer; after the last one they fall
            // into the padding of `packed` (its length is rounded up to words) or beyond it, where memory is still free.
            assembly ("memory-safe") {
                mstore(add(add(packed, 0x20), mul(i, 20)), shl(96, signer))
            }
        }
    }

    function wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
