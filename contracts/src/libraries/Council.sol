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

/// @notice A council as it is stored, of which only the beginning was looked at.
/// @param signers how many there are
/// @param isGoverned whether there are any rules
/// @param linkAt where in `code` the link's head begins
/// @param tailAt where in `code` the link's tail begins
struct StoredCouncil {
    bytes32 executorSalt;
    address executor;
    uint8 minSignatures;
    uint32 contractSigners;
    uint256 signers;
    bool isGoverned;
    uint256 linkAt;
    uint256 tailAt;
    bytes code;
}

/// @title Councils, each kept as the code of an account of its own
/// @dev Code is read at 3 gas per 32 bytes after 2,600 for the account; nine signers in storage cost 2,100 each.
/// Layout: STOP (so that nobody can run it) ‖ salt 32 ‖ executor 20 ‖ minSignatures 1 ‖ contractSigners 4 ‖ number of
/// signers 1, with the highest bit set where there are rules ‖ length of linkHead 2 ‖ signers 20 each ‖ rules
/// 65 or none: authority 20, guardian 20, gate 20, delay 4, commitReveal 1 ‖ linkHead ‖ linkTail.
library CouncilStore {
    uint256 private constant HEADER = 61;
    uint256 private constant ADDRESS = 20;
    uint256 private constant RULES = 65;
    uint8 private constant GOVERNED = 0x80;

    // ------------------------------------------------------------------------------------------------------- reading

    function read(address store) internal view returns (StoredCouncil memory council) {
        bytes memory code = store.code;
        bytes32 numbers = wordAt(code, 53);
        uint256 size = uint8(numbers[5]);
        council.executorSalt = wordAt(code, 1);
        council.executor = addressAt(code, 33);
        council.minSignatures = uint8(numbers[0]);
        council.contractSigners = uint32(bytes4(numbers << 8));
        council.isGoverned = size & GOVERNED != 0;
        council.signers = size & ~uint256(GOVERNED);
        council.linkAt = HEADER + council.signers * ADDRESS + (council.isGoverned ? RULES : 0);
        council.tailAt = council.linkAt + uint16(bytes2(numbers << 48));
        council.code = code;
    }

    /// @dev The caller keeps i below the number of signers.
    function signerAt(StoredCouncil memory council, uint256 i) internal pure returns (address) {
        unchecked {
            return addressAt(council.code, HEADER + i * ADDRESS);
        }
    }

    /// @notice The first signer from `next` on that is not below this address, and whether that is it.
    function find(StoredCouncil memory council, address signer, uint256 next)
        internal
        pure
        returns (uint256 i, bool found)
    {
        bytes memory code = council.code;
        uint256 size = council.signers;
        assembly ("memory-safe") {
            let candidate := add(add(code, add(0x20, HEADER)), mul(next, ADDRESS))
            for { i := next } lt(i, size) { i := add(i, 1) } {
                let address_ := shr(96, mload(candidate))
                if iszero(lt(address_, signer)) {
                    found := eq(address_, signer)
                    break
                }
                candidate := add(candidate, ADDRESS)
            }
        }
    }

    function isContract(StoredCouncil memory council, uint256 i) internal pure returns (bool) {
        return (council.contractSigners >> i) & 1 == 1;
    }

    function rules(StoredCouncil memory council) internal pure returns (IRegistryTypes.Rules memory found) {
        if (!council.isGoverned) return found;
        uint256 start = council.linkAt - RULES;
        found.authority = addressAt(council.code, start);
        found.guardian = addressAt(council.code, start + 20);
        found.gate = addressAt(council.code, start + 40);
        bytes32 numbers = wordAt(council.code, start + 60);
        found.delay = uint32(bytes4(numbers));
        found.commitReveal = numbers[4] != 0;
    }

    /// @notice All of it, to be shown or changed.
    function unpack(StoredCouncil memory stored) internal pure returns (Council memory council) {
        council.executorSalt = stored.executorSalt;
        council.executor = stored.executor;
        council.minSignatures = stored.minSignatures;
        council.contractSigners = stored.contractSigners;
        council.signers = new address[](stored.signers);
        for (uint256 i = 0; i < stored.signers; ++i) {
            council.signers[i] = signerAt(stored, i);
        }
        council.rules = rules(stored);
        council.linkHead = Bytes.slice(stored.code, stored.linkAt, stored.tailAt);
        council.linkTail = Bytes.slice(stored.code, stored.tailAt);
    }

    // ------------------------------------------------------------------------------------------------------- writing

    /// @notice Stores a council; the account that is returned can never change.
    function write(Council memory council) internal returns (address store) {
        bytes memory governed = pack(council.rules);
        uint8 flag = governed.length == 0 ? 0 : GOVERNED;
        bytes memory code = abi.encodePacked(
            bytes1(0),
            council.executorSalt,
            council.executor,
            council.minSignatures,
            council.contractSigners,
            uint8(council.signers.length) | flag,
            uint16(council.linkHead.length),
            pack(council.signers),
            governed,
            council.linkHead,
            council.linkTail
        );
        // PUSH2 length, DUP1, PUSH1 10 (these bytes), RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN
        bytes memory creation = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        assembly ("memory-safe") {
            store := create(0, add(creation, 0x20), mload(creation))
        }
        if (store == address(0)) revert IRegistryTypes.CouncilNotStored();
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
