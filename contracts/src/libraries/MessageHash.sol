// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../interfaces/ITypedMessages.sol";
import {Parts} from "./Parts.sol";

/// @title The EIP-712 struct hashes of what signers sign (protocol §4)
/// @dev An approval is hashed straight from calldata, in memory beyond what is allocated, and without judging its unused
/// bits: an address with more than 160 gives a digest that nothing can be done with, since whatever changes or emits
/// anything reads every member, and reverts. Words are loaded as the compiler loads those of a member, not copied: where an
/// offset leads round the end of the address space, a copy is zero and a load is not.
library MessageHash {
    bytes32 internal constant CODE_TYPEHASH = keccak256("Code(address account,bytes32 codeHash)");

    bytes32 internal constant CALL_TYPEHASH = keccak256("Call(address target,uint256 value,uint64 minGas,bytes data)");

    bytes32 internal constant UPGRADE_TYPEHASH = keccak256(
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
        "Call(address target,uint256 value,uint64 minGas,bytes data)" "Code(address account,bytes32 codeHash)"
    );

    bytes32 internal constant APPROVAL_TYPEHASH = keccak256(
        "Approval(Upgrade[] upgrades,uint64 deadline)" "Call(address target,uint256 value,uint64 minGas,bytes data)"
        "Code(address account,bytes32 codeHash)"
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
    );

    bytes32 internal constant REJECTION_TYPEHASH = keccak256("Rejection(bytes32 digest,uint64 deadline)");

    bytes32 internal constant ROTATION_TYPEHASH = keccak256(
        "Rotation(address contractAddress,uint64 version,address[] signers,uint32 contractSigners,uint8 minSignatures,address authority,address guardian,address gate,uint32 delay,bool commitReveal,uint64 deadline)"
    );

    bytes32 internal constant COMMITMENT_TYPEHASH =
        keccak256("Commitment(address[] contracts,uint64[] versions,bytes32 commitment,uint64 deadline)");

    bytes32 internal constant FOLLOWING_TYPEHASH = keccak256(
        "Following(address contractAddress,uint64 version,address manager,bytes32 key,uint64 pinnedRevision,uint64 deadline)"
    );

    bytes32 internal constant UNPAUSE_TYPEHASH =
        keccak256("Unpause(address contractAddress,uint64 version,uint64 pauseNumber,uint64 deadline)");

    function hash(ITypedMessages.Upgrade[] calldata upgrades, uint256 deadline) internal pure returns (bytes32 hashed) {
        bytes32[] memory hashes = reserve(upgrades.length);
        for (uint256 i = 0; i < upgrades.length; ++i) {
            set(hashes, i, hash(Parts.item(upgrades, i)));
        }
        bytes32 typeHash = APPROVAL_TYPEHASH;
        bytes32 array = hashArray(hashes);
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, typeHash)
            mstore(add(buffer, 0x20), array)
            mstore(add(buffer, 0x40), deadline)
            hashed := keccak256(buffer, 0x60)
        }
    }

    /// @dev Its seven words stand in calldata in the order of the type: of three of them, hashes take the place.
    function hash(ITypedMessages.Upgrade calldata upgrade) private pure returns (bytes32 hashed) {
        bytes32 typeHash = UPGRADE_TYPEHASH;
        bytes32 link = hashBytes(bytes(Parts.link(upgrade)));
        bytes32 code = hash(Parts.code(upgrade));
        bytes32 calls = hash(Parts.calls(upgrade));
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, typeHash)
            mstore(add(buffer, 0x20), calldataload(upgrade))
            mstore(add(buffer, 0x40), calldataload(add(upgrade, 0x20)))
            mstore(add(buffer, 0x60), calldataload(add(upgrade, 0x40)))
            mstore(add(buffer, 0x80), link)
            mstore(add(buffer, 0xa0), calldataload(add(upgrade, 0x80)))
            mstore(add(buffer, 0xc0), code)
            mstore(add(buffer, 0xe0), calls)
            hashed := keccak256(buffer, 0x100)
        }
    }

    function hash(ITypedMessages.Code[] calldata code) private pure returns (bytes32) {
        bytes32[] memory hashes = reserve(code.length);
        for (uint256 i = 0; i < code.length; ++i) {
            set(hashes, i, hash(Parts.item(code, i)));
        }
        return hashArray(hashes);
    }

    function hash(ITypedMessages.Code calldata code) private pure returns (bytes32 hashed) {
        bytes32 typeHash = CODE_TYPEHASH;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, typeHash)
            mstore(add(buffer, 0x20), calldataload(code))
            mstore(add(buffer, 0x40), calldataload(add(code, 0x20)))
            hashed := keccak256(buffer, 0x60)
        }
    }

    function hash(ITypedMessages.Call[] calldata calls) private pure returns (bytes32) {
        bytes32[] memory hashes = reserve(calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            set(hashes, i, hash(Parts.item(calls, i)));
        }
        return hashArray(hashes);
    }

    function hash(ITypedMessages.Call calldata made) private pure returns (bytes32 hashed) {
        bytes32 typeHash = CALL_TYPEHASH;
        bytes32 data = hashBytes(Parts.data(made));
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, typeHash)
            mstore(add(buffer, 0x20), calldataload(made))
            mstore(add(buffer, 0x40), calldataload(add(made, 0x20)))
            mstore(add(buffer, 0x60), calldataload(add(made, 0x40)))
            mstore(add(buffer, 0x80), data)
            hashed := keccak256(buffer, 0xa0)
        }
    }

    function hash(ITypedMessages.Rejection calldata rejection) internal pure returns (bytes32) {
        return keccak256(abi.encode(REJECTION_TYPEHASH, rejection));
    }

    function hash(ITypedMessages.Rotation calldata rotation) internal pure returns (bytes32) {
        bytes memory head = abi.encode(
            ROTATION_TYPEHASH,
            rotation.contractAddress,
            rotation.version,
            keccak256(abi.encodePacked(rotation.signers)),
            rotation.contractSigners,
            rotation.minSignatures
        );
        bytes memory tail = abi.encode(
            rotation.authority,
            rotation.guardian,
            rotation.gate,
            rotation.delay,
            rotation.commitReveal,
            rotation.deadline
        );
        return keccak256(bytes.concat(head, tail));
    }

    function hash(ITypedMessages.Commitment calldata commitment) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                COMMITMENT_TYPEHASH,
                keccak256(abi.encodePacked(commitment.contracts)),
                keccak256(abi.encodePacked(commitment.versions)),
                commitment.commitment,
                commitment.deadline
            )
        );
    }

    function hash(ITypedMessages.Following calldata following) internal pure returns (bytes32) {
        return keccak256(abi.encode(FOLLOWING_TYPEHASH, following));
    }

    function hash(ITypedMessages.Unpause calldata unpause) internal pure returns (bytes32) {
        return keccak256(abi.encode(UNPAUSE_TYPEHASH, unpause));
    }

    /// @dev Where bytes of calldata are hashed without a copy that stays.
    function hashBytes(bytes calldata data) internal pure returns (bytes32 hashed) {
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, data.offset, data.length)
            hashed := keccak256(buffer, data.length)
        }
    }

    /// @dev As `new bytes32[](length)` with whatever lay there: each member is written before any is read.
    function reserve(uint256 length) private pure returns (bytes32[] memory hashes) {
        assembly ("memory-safe") {
            hashes := mload(0x40)
            mstore(hashes, length)
            mstore(0x40, add(hashes, add(0x20, mul(length, 0x20))))
        }
    }

    /// @dev The caller keeps i below the length.
    function set(bytes32[] memory hashes, uint256 i, bytes32 hashed) private pure {
        assembly ("memory-safe") {
            mstore(add(hashes, shl(5, add(i, 1))), hashed)
        }
    }

    /// @dev EIP-712: an array is hashed as its members' hashes, one after the other.
    function hashArray(bytes32[] memory hashes) private pure returns (bytes32 hashed) {
        assembly ("memory-safe") {
            hashed := keccak256(add(hashes, 0x20), mul(mload(hashes), 0x20))
        }
    }
}
