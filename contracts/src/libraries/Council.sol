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
        bytes32 numbers = wordAt(code, 53);
        council.minSignatures = uint8(numbers[0]);
        council.contractSigners = uint32(bytes4(numbers << 8));
        uint256 size = uint8(numbers[5]);
        uint256 linkAt = HEADER + size * ADDRESS;
        uint256 tailAt = linkAt + uint16(bytes2(numbers << 48));
        council.signers = unpack(code, size);
        council.linkHead = Bytes.slice(code, linkAt, tailAt);
        council.linkTail = Bytes.slice(code, tailAt);
    }

    /// @dev Writes each signer over the 12 empty bytes that end the word of the one before. Those of the last one lie in
    /// free memory, where the next allocation overwrites them.
    function pack(address[] memory signers) private pure returns (bytes memory packed) {
        uint256 size = signers.length;
        packed = new bytes(size * ADDRESS);
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, size) { i := add(i, 1) } {
                let signer := mload(add(add(signers, 0x20), mul(i, 0x20)))
                mstore(add(add(packed, 0x20), mul(i, ADDRESS)), shl(96, signer))
            }
        }
    }

    /// @dev The reverse of {pack}, for the signers that follow the header.
    function unpack(bytes memory code, uint256 size) private pure returns (address[] memory signers) {
        signers = new address[](size);
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, size) { i := add(i, 1) } {
                let word := mload(add(add(code, add(0x20, HEADER)), mul(i, ADDRESS)))
                mstore(add(add(signers, 0x20), mul(i, 0x20)), shr(96, word))
            }
        }
    }

    function wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
