// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MessageHash} from "../src/libraries/MessageHash.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {IRegistry} from "../src/interfaces/IRegistry.sol";
import {RegistryTest} from "./base/RegistryTest.sol";
import {TypedData} from "./base/TypedData.sol";
import {vm} from "./base/Vm.sol";

/// @notice Type hashes, struct hashes and digests: derived here again, and compared with the vectors that TypeScript reads.
contract TypeHashTest is RegistryTest {
    string private constant TYPES = string.concat(
        "Approval(Upgrade[] upgrades,uint64 deadline)",
        "Call(address target,uint256 value,uint64 minGas,bytes data)",
        "Code(address account,bytes32 codeHash)",
        "Upgrade(address contractAddress,uint64 version,bytes32 contractHash,string contractLink,bytes32 buildHash,Code[] code,Call[] calls)"
    );

    function test_typeHashes_areThoseOfTheProtocol() public pure {
        vm.assertEq(MessageHash.CODE_TYPEHASH, keccak256(bytes(TypedData.CODE)));
        vm.assertEq(MessageHash.CALL_TYPEHASH, keccak256(bytes(TypedData.CALL)));
        vm.assertEq(
            MessageHash.UPGRADE_TYPEHASH,
            keccak256(bytes(string.concat(TypedData.UPGRADE, TypedData.CALL, TypedData.CODE)))
        );
        vm.assertEq(MessageHash.APPROVAL_TYPEHASH, keccak256(bytes(TYPES)));
        vm.assertEq(MessageHash.REJECTION_TYPEHASH, keccak256(bytes(TypedData.REJECTION)));
        vm.assertEq(MessageHash.ROTATION_TYPEHASH, keccak256(bytes(TypedData.ROTATION)));
        vm.assertEq(MessageHash.COMMITMENT_TYPEHASH, keccak256(bytes(TypedData.COMMITMENT)));
        vm.assertEq(MessageHash.FOLLOWING_TYPEHASH, keccak256(bytes(TypedData.FOLLOWING)));
        vm.assertEq(MessageHash.UNPAUSE_TYPEHASH, keccak256(bytes(TypedData.UNPAUSE)));
    }

    function test_vectors_recordOnly() public {
        checkApproval("record-only");
    }

    function test_vectors_upgrade() public {
        checkApproval("upgrade");
    }

    function test_vectors_severalRecords() public {
        checkApproval("several-records");
    }

    function test_vectors_extremes() public {
        checkApproval("extremes");
    }

    function test_vectors_rejection() public {
        string[2] memory names = ["plain", "extremes"];
        for (uint256 i = 0; i < names.length; ++i) {
            string memory json = read("rejection", names[i]);
            bytes memory message = vm.parseJsonType(json, ".message", TypedData.REJECTION);
            ITypedMessages.Rejection memory rejection = abi.decode(message, (ITypedMessages.Rejection));
            checkVector(json, MessageHash.REJECTION_TYPEHASH, this.hashOf(rejection), TypedData.hash(rejection));
        }
    }

    function test_vectors_rotation() public {
        string[3] memory names = ["governed", "ungoverned", "extremes"];
        for (uint256 i = 0; i < names.length; ++i) {
            string memory json = read("rotation", names[i]);
            bytes memory message = vm.parseJsonType(json, ".message", TypedData.ROTATION);
            ITypedMessages.Rotation memory rotation = abi.decode(message, (ITypedMessages.Rotation));
            checkVector(json, MessageHash.ROTATION_TYPEHASH, this.hashOf(rotation), TypedData.hash(rotation));
        }
    }

    function test_vectors_commitment() public {
        string[2] memory names = ["plain", "extremes"];
        for (uint256 i = 0; i < names.length; ++i) {
            string memory json = read("commitment", names[i]);
            bytes memory message = vm.parseJsonType(json, ".message", TypedData.COMMITMENT);
            ITypedMessages.Commitment memory commitment = abi.decode(message, (ITypedMessages.Commitment));
            checkVector(json, MessageHash.COMMITMENT_TYPEHASH, this.hashOf(commitment), TypedData.hash(commitment));
        }
    }

    function test_vectors_following() public {
        string[3] memory names = ["plain", "pinned", "unfollow"];
        for (uint256 i = 0; i < names.length; ++i) {
            string memory json = read("following", names[i]);
            bytes memory message = vm.parseJsonType(json, ".message", TypedData.FOLLOWING);
            ITypedMessages.Following memory following = abi.decode(message, (ITypedMessages.Following));
            checkVector(json, MessageHash.FOLLOWING_TYPEHASH, this.hashOf(following), TypedData.hash(following));
        }
    }

    function test_vectors_unpause() public {
        string[2] memory names = ["plain", "extremes"];
        for (uint256 i = 0; i < names.length; ++i) {
            string memory json = read("unpause", names[i]);
            bytes memory message = vm.parseJsonType(json, ".message", TypedData.UNPAUSE);
            ITypedMessages.Unpause memory unpause = abi.decode(message, (ITypedMessages.Unpause));
            checkVector(json, MessageHash.UNPAUSE_TYPEHASH, this.hashOf(unpause), TypedData.hash(unpause));
        }
    }

    /// @dev `shape` picks how many upgrades, codes and calls there are: 0 to 2 each.
    function testFuzz_hashApproval_agreesWithTheSecondDerivation(
        ITypedMessages.Code calldata code,
        ITypedMessages.Call calldata call,
        address contractAddress,
        uint64 number,
        string calldata link,
        uint8 shape
    ) public view {
        ITypedMessages.Approval memory approval;
        approval.deadline = number;
        approval.upgrades = new ITypedMessages.Upgrade[](shape % 3);
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            ITypedMessages.Upgrade memory upgrade = approval.upgrades[i];
            upgrade.contractAddress = contractAddress;
            upgrade.version = number ^ uint64(i);
            upgrade.contractHash = code.codeHash;
            upgrade.contractLink = link;
            upgrade.code = new ITypedMessages.Code[]((shape / 3 + i) % 3);
            upgrade.calls = new ITypedMessages.Call[]((shape / 9 + i) % 3);
            for (uint256 j = 0; j < upgrade.code.length; ++j) {
                upgrade.code[j] = code;
            }
            for (uint256 j = 0; j < upgrade.calls.length; ++j) {
                upgrade.calls[j] = call;
            }
        }
        vm.assertEq(registry.hashApproval(approval), digestOf(approval));
    }

    function testFuzz_hash_ofARotationAgreesWithTheSecondDerivation(ITypedMessages.Rotation calldata rotation)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(rotation), TypedData.hash(rotation));
    }

    function testFuzz_hash_ofACommitmentAgreesWithTheSecondDerivation(ITypedMessages.Commitment calldata commitment)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(commitment), TypedData.hash(commitment));
    }

    function testFuzz_hash_ofARejectionAgreesWithTheSecondDerivation(ITypedMessages.Rejection calldata rejection)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(rejection), TypedData.hash(rejection));
    }

    function testFuzz_hash_ofAFollowingAgreesWithTheSecondDerivation(ITypedMessages.Following calldata following)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(following), TypedData.hash(following));
    }

    function testFuzz_hash_ofAnUnpauseAgreesWithTheSecondDerivation(ITypedMessages.Unpause calldata message)
        public
        pure
    {
        vm.assertEq(MessageHash.hash(message), TypedData.hash(message));
    }

    function test_domain_isThatOfErc5267() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chainId, address verifier,,) =
            registry.eip712Domain();
        vm.assertEq(bytes32(fields), bytes32(hex"0f"));
        vm.assertEq(name, "Countersign");
        vm.assertEq(version, "1");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(verifier, address(registry));
    }

    function test_domain_followsTheChainId() public {
        bytes32 before = registry.DOMAIN_SEPARATOR();
        vm.assertEq(before, TypedData.domainSeparator(block.chainid, address(registry)));
        vm.chainId(987_654);
        vm.assertEq(registry.DOMAIN_SEPARATOR(), TypedData.domainSeparator(987_654, address(registry)));
        vm.assertNotEq(registry.DOMAIN_SEPARATOR(), before);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev The library hashes what lies in calldata.
    function hashOf(ITypedMessages.Rejection calldata message) external pure returns (bytes32) {
        return MessageHash.hash(message);
    }

    function hashOf(ITypedMessages.Rotation calldata message) external pure returns (bytes32) {
        return MessageHash.hash(message);
    }

    function hashOf(ITypedMessages.Commitment calldata message) external pure returns (bytes32) {
        return MessageHash.hash(message);
    }

    function hashOf(ITypedMessages.Following calldata message) external pure returns (bytes32) {
        return MessageHash.hash(message);
    }

    function hashOf(ITypedMessages.Unpause calldata message) external pure returns (bytes32) {
        return MessageHash.hash(message);
    }

    function read(string memory kind, string memory name) private view returns (string memory) {
        return vm.readFile(string.concat("test/vectors/", kind, "/", name, ".json"));
    }

    function checkApproval(string memory name) private {
        string memory json = read("approval", name);
        ITypedMessages.Approval memory approval =
            abi.decode(vm.parseJsonType(json, ".message", TYPES), (ITypedMessages.Approval));
        bytes32 structHash = TypedData.hash(approval);
        address place = checkVector(json, MessageHash.APPROVAL_TYPEHASH, structHash, structHash);
        vm.assertEq(IRegistry(place).hashApproval(approval), vm.parseJsonBytes32(json, ".digest"));
    }

    /// @param found the struct hash as the contracts derive it
    /// @param again the struct hash as the tests do
    /// @return place where the registry stands now: on the vector's chain, at the vector's address
    function checkVector(string memory json, bytes32 typeHash, bytes32 found, bytes32 again)
        private
        returns (address place)
    {
        vm.assertEq(vm.parseJsonString(json, ".domain.name"), "Countersign");
        vm.assertEq(vm.parseJsonString(json, ".domain.version"), "1");
        vm.assertEq(vm.parseJsonBytes32(json, ".typeHash"), typeHash);
        vm.assertEq(vm.parseJsonBytes32(json, ".structHash"), found);
        vm.assertEq(vm.parseJsonBytes32(json, ".structHash"), again);

        uint256 chainId = vm.parseJsonUint(json, ".domain.chainId");
        place = vm.parseJsonAddress(json, ".domain.verifyingContract");
        vm.chainId(chainId);
        // The code caches the address that it was created at; it must notice that it stands elsewhere.
        vm.etch(place, address(registry).code);
        bytes32 separator = IRegistry(place).DOMAIN_SEPARATOR();
        vm.assertEq(separator, vm.parseJsonBytes32(json, ".domainSeparator"));
        vm.assertEq(separator, TypedData.domainSeparator(chainId, place));
        vm.assertEq(TypedData.digest(separator, found), vm.parseJsonBytes32(json, ".digest"));
    }
}
