// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @notice What of a record stays as it is from upgrade to upgrade.
/// @param executorSalt hash of the register arguments: the executor's address depends on it alone
/// @param rules their `accepted` is not kept here
/// @param linkHead the contract link before the commit
/// @param linkTail the contract link after the commit
struct Council {
    bytes32 executorSalt;
    address executor;
    uint8 minSignatures;
    uint32 contractSigners;
    address[] signers;
    IRegistryTypes.Rules rules;
    bytes linkHead;
    bytes linkTail;
}

/// @title Councils, each kept as the code of an account of its own
/// @dev Code is read at 3 gas per 32 bytes after 2,600 for the account; nine signers in storage cost 2,100 each. The account
/// is known by the number under which the registry created it, its nonce, so that no slot is read to find it.
/// Layout: STOP (so that nobody can run it) ‖ salt 32 ‖ executor 20 ‖ length of linkHead 2 ‖ minSignatures 1 ‖
/// contractSigners 4 ‖ number of signers 1, with the highest bit set where there are rules ‖ signers 20 each ‖ rules 65 or
/// none: authority 20, guardian 20, gate 20, delay 4, commitReveal 1 ‖ linkHead ‖ linkTail.
library CouncilStore {
    uint256 private constant HEADER = 61;
    uint256 private constant ADDRESS = 20;
    uint256 private constant RULES = 65;
    uint8 private constant GOVERNED = 0x80;

    // ----------------------------------------------------------------------------------------------------- addressing

    /// @notice Where the contract stands that this one created under that nonce (Ethereum's yellow paper, §7: the hash of
    /// the RLP list of creator and nonce).
    function addressOf(uint32 number) internal view returns (address account) {
        uint256 nonce = number;
        assembly ("memory-safe") {
            // A number from 0x80 on is preceded by 0x80 and how many bytes it has.
            let more := add(add(gt(nonce, 0x7f), gt(nonce, 0xff)), add(gt(nonce, 0xffff), gt(nonce, 0xffffff)))
            let item := or(nonce, mul(gt(nonce, 0x7f), shl(shl(3, more), add(0x80, more))))
            // How long the list is, 0x94 and the creator: 22 bytes; then the number.
            mstore(0x00, shl(80, or(shl(168, add(0xd6, more)), or(shl(160, 0x94), address()))))
            mstore(0x16, shl(shl(3, sub(31, more)), item))
            account := and(keccak256(0x00, add(23, more)), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    // ------------------------------------------------------------------------------------------------------- reading

    /// @notice A council as it is stored. The functions below read from it what they are asked for, and no more.
    function read(uint32 number) internal view returns (bytes memory council) {
        return addressOf(number).code;
    }

    function executorSalt(bytes memory council) internal pure returns (bytes32) {
        return wordAt(council, 1);
    }

    function executor(bytes memory council) internal pure returns (address) {
        return addressAt(council, 33);
    }

    function minSignatures(bytes memory council) internal pure returns (uint8) {
        return uint8(bytes1(wordAt(council, 55)));
    }

    function contractSigners(bytes memory council) internal pure returns (uint32) {
        return uint32(bytes4(wordAt(council, 56)));
    }

    /// @notice How many signers there are.
    function size(bytes memory council) internal pure returns (uint256) {
        return uint8(bytes1(wordAt(council, 60))) & ~GOVERNED;
    }

    /// @notice Whether there are any rules.
    function isGoverned(bytes memory council) internal pure returns (bool) {
        return uint8(bytes1(wordAt(council, 60))) & GOVERNED != 0;
    }

    /// @notice Equal for councils with the same signers, of the same kinds, and the same threshold.
    function quorumHash(bytes memory council) internal pure returns (bytes32 hashed) {
        unchecked {
            uint256 length = HEADER - 55 + size(council) * ADDRESS;
            assembly ("memory-safe") {
                hashed := keccak256(add(council, 87), length)
            }
        }
    }

    /// @notice Where the link's head begins.
    function linkAt(bytes memory council) internal pure returns (uint256) {
        unchecked {
            return HEADER + size(council) * ADDRESS + (isGoverned(council) ? RULES : 0);
        }
    }

    /// @notice Where the link's tail begins, from where its head does.
    function tailAt(bytes memory council, uint256 headAt) internal pure returns (uint256) {
        unchecked {
            return headAt + uint16(bytes2(wordAt(council, 53)));
        }
    }

    /// @dev The caller keeps i below the number of signers.
    function signerAt(bytes memory council, uint256 i) internal pure returns (address) {
        unchecked {
            return addressAt(council, HEADER + i * ADDRESS);
        }
    }

    /// @notice The first signer from `next` on that is not below this address, and whether that is it.
    function find(bytes memory council, address signer, uint256 next) internal pure returns (uint256 i, bool found) {
        unchecked {
            uint256 end = size(council);
            for (i = next; i < end; ++i) {
                address candidate = signerAt(council, i);
                if (candidate >= signer) return (i, candidate == signer);
            }
        }
    }

    function isContract(bytes memory council, uint256 i) internal pure returns (bool) {
        return (contractSigners(council) >> i) & 1 == 1;
    }

    function rules(bytes memory council) internal pure returns (IRegistryTypes.Rules memory found) {
        if (!isGoverned(council)) return found;
        uint256 start = linkAt(council) - RULES;
        found.authority = addressAt(council, start);
        found.guardian = addressAt(council, start + 20);
        found.gate = addressAt(council, start + 40);
        bytes32 numbers = wordAt(council, start + 60);
        found.delay = uint32(bytes4(numbers));
        found.commitReveal = numbers[4] != 0;
    }

    /// @notice All of it, to be shown or changed.
    function unpack(bytes memory stored) internal pure returns (Council memory council) {
        council.executorSalt = executorSalt(stored);
        council.executor = executor(stored);
        council.minSignatures = minSignatures(stored);
        council.contractSigners = contractSigners(stored);
        council.signers = new address[](size(stored));
        for (uint256 i = 0; i < council.signers.length; ++i) {
            council.signers[i] = signerAt(stored, i);
        }
        council.rules = rules(stored);
        uint256 headAt = linkAt(stored);
        council.linkHead = Bytes.slice(stored, headAt, tailAt(stored, headAt));
        council.linkTail = Bytes.slice(stored, tailAt(stored, headAt));
    }

    // ------------------------------------------------------------------------------------------------------- writing

    /// @notice Stores a council under the next number; what is stored there can never change.
    function write(Council memory council, uint32 number) internal {
        bytes memory governed = pack(council.rules);
        uint8 flag = governed.length == 0 ? 0 : GOVERNED;
        bytes memory code = abi.encodePacked(
            bytes1(0),
            council.executorSalt,
            council.executor,
            uint16(council.linkHead.length),
            council.minSignatures,
            council.contractSigners,
            uint8(council.signers.length) | flag,
            pack(council.signers),
            governed,
            council.linkHead,
            council.linkTail
        );
        // PUSH2 length, DUP1, PUSH1 10 (these bytes), RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN
        bytes memory creation = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        address store;
        assembly ("memory-safe") {
            store := create(0, add(creation, 0x20), mload(creation))
        }
        if (store != addressOf(number)) revert IRegistryTypes.CouncilNotStored();
    }

    /// @dev Writes each signer over the 12 empty bytes that end the word of the one before. Those of the last one lie in
    /// free memory, where the next allocation overwrites them.
    function pack(address[] memory signers) private pure returns (bytes memory packed) {
        uint256 length = signers.length;
        packed = new bytes(length * ADDRESS);
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 1) } {
                let signer := mload(add(add(signers, 0x20), mul(i, 0x20)))
                mstore(add(add(packed, 0x20), mul(i, ADDRESS)), shl(96, signer))
            }
        }
    }

    /// @dev Nothing where nothing was chosen: then a record is not dearer to register than without governance.
    function pack(IRegistryTypes.Rules memory chosen) private pure returns (bytes memory) {
        bool isChosen = chosen.authority != address(0) || chosen.guardian != address(0) || chosen.gate != address(0)
            || chosen.delay != 0 || chosen.commitReveal;
        if (!isChosen) return "";
        return abi.encodePacked(chosen.authority, chosen.guardian, chosen.gate, chosen.delay, chosen.commitReveal);
    }

    function addressAt(bytes memory data, uint256 offset) private pure returns (address) {
        return address(bytes20(wordAt(data, offset)));
    }

    function wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
