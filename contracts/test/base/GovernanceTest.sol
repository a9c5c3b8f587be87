// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {RegistryTest, Target} from "./RegistryTest.sol";
import {TypedData} from "./TypedData.sol";
import {vm} from "./Vm.sol";

/// @notice A second record with signers of its own, and the messages that govern records.
abstract contract GovernanceTest is RegistryTest {
    /// @dev The deterministic deployer, as it stands on every chain.
    address internal constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    bytes internal constant DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    uint32 internal constant DELAY = 3 days;
    uint256 internal constant GRACE = 14 days;

    address internal guardian = address(0x6A7D1A);
    address internal gate = address(0x6A7E);
    address internal stranger = address(0xBAD);

    Target internal other;
    uint256[] internal otherKeys;
    address[] internal others;

    /// @dev The other record: three signers of whom two must sign.
    function setUp() public virtual override {
        super.setUp();
        (otherKeys, others) = council("other", 3);
        other = new Target(address(this));
        register(address(other), others, 2);
    }

    /// @dev The compiler may read the time once where it is asked twice.
    function skip(uint256 time) internal {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    // ------------------------------------------------------------------------------------------------------ messages

    /// @notice A rotation of the record's next version that changes nothing.
    function rotationOf(address contractAddress) internal view returns (ITypedMessages.Rotation memory rotation) {
        IRegistryTypes.Record memory record = registry.record(contractAddress);
        IRegistryTypes.Rules memory rules = registry.rulesOf(contractAddress);
        rotation.contractAddress = contractAddress;
        rotation.version = record.version + 1;
        rotation.signers = record.signers;
        rotation.contractSigners = record.contractSigners;
        rotation.minSignatures = record.minSignatures;
        rotation.authority = rules.authority;
        rotation.guardian = rules.guardian;
        rotation.gate = rules.gate;
        rotation.delay = rules.delay;
        rotation.commitReveal = rules.commitReveal;
        rotation.deadline = uint64(vm.getBlockTimestamp() + 14 days);
    }

    function rejectionOf(bytes32 digest) internal view returns (ITypedMessages.Rejection memory) {
        return ITypedMessages.Rejection({digest: digest, deadline: uint64(vm.getBlockTimestamp() + 14 days)});
    }

    function unpauseOf(address contractAddress) internal view returns (ITypedMessages.Unpause memory message) {
        message.contractAddress = contractAddress;
        message.version = registry.record(contractAddress).version + 1;
        message.pauseNumber = registry.pauseOf(contractAddress).number;
        message.deadline = uint64(vm.getBlockTimestamp() + 14 days);
    }

    /// @notice The record's next version follows the current revision of an entry, and those after it.
    function followingOf(address contractAddress, address manager, bytes32 key)
        internal
        view
        returns (ITypedMessages.Following memory following)
    {
        following.contractAddress = contractAddress;
        following.version = registry.record(contractAddress).version + 1;
        (following.manager, following.key) = (manager, key);
        following.deadline = uint64(vm.getBlockTimestamp() + 14 days);
    }

    function commitmentOf(ITypedMessages.Approval memory approval, bytes32 salt)
        internal
        view
        returns (ITypedMessages.Commitment memory commitment)
    {
        uint256 size = approval.upgrades.length;
        commitment.contracts = new address[](size);
        commitment.versions = new uint64[](size);
        for (uint256 i = 0; i < size; ++i) {
            commitment.contracts[i] = approval.upgrades[i].contractAddress;
            commitment.versions[i] = approval.upgrades[i].version;
        }
        commitment.commitment = keccak256(abi.encode(TypedData.hash(approval), salt));
        commitment.deadline = uint64(vm.getBlockTimestamp() + 14 days);
    }

    /// @notice One approval of both records.
    function approvalOfBoth() internal view returns (ITypedMessages.Approval memory approval) {
        approval.deadline = uint64(vm.getBlockTimestamp() + 14 days);
        approval.upgrades = new ITypedMessages.Upgrade[](2);
        approval.upgrades[0] = upgradeOf(address(target));
        approval.upgrades[1] = upgradeOf(address(other));
    }

    /// @notice An approval of the record's next version, unlike others by its hash.
    function approvalNumbered(address contractAddress, uint256 number)
        internal
        view
        returns (ITypedMessages.Approval memory approval)
    {
        approval = approvalOf(contractAddress);
        approval.deadline = uint64(vm.getBlockTimestamp() + 14 days);
        approval.upgrades[0].contractHash = keccak256(abi.encode("numbered", number));
    }

    // -------------------------------------------------------------------------------------------------------- digests

    function digestOf(ITypedMessages.Rotation memory rotation) internal view returns (bytes32) {
        return digestOf(TypedData.hash(rotation));
    }

    function digestOf(ITypedMessages.Commitment memory commitment) internal view returns (bytes32) {
        return digestOf(TypedData.hash(commitment));
    }

    function digestOf(ITypedMessages.Following memory following) internal view returns (bytes32) {
        return digestOf(TypedData.hash(following));
    }

    function digestOf(ITypedMessages.Rejection memory rejection) internal view returns (bytes32) {
        return digestOf(TypedData.hash(rejection));
    }

    function digestOf(ITypedMessages.Unpause memory message) internal view returns (bytes32) {
        return digestOf(TypedData.hash(message));
    }

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return TypedData.digest(TypedData.domainSeparator(block.chainid, address(registry)), structHash);
    }

    // ----------------------------------------------------------------------------------------------------- signatures

    /// @notice Signatures by the first `count` of these keys, which ascend by address.
    function signBy(bytes32 digest, uint256[] memory by, uint256 count)
        internal
        pure
        returns (bytes memory signatures)
    {
        for (uint256 i = 0; i < count; ++i) {
            signatures = bytes.concat(signatures, signWith(by[i], digest));
        }
    }

    /// @notice Exactly as many of the target's signers as must sign.
    function quorum(bytes32 digest) internal view returns (bytes memory) {
        return signBy(digest, keys, 6);
    }

    /// @notice Exactly as many of the other record's signers as must sign.
    function otherQuorum(bytes32 digest) internal view returns (bytes memory) {
        return signBy(digest, otherKeys, 2);
    }

    function bothQuorums(bytes32 digest) internal view returns (bytes memory) {
        uint256[] memory by = new uint256[](8);
        for (uint256 i = 0; i < 8; ++i) {
            by[i] = i < 6 ? keys[i] : otherKeys[i - 6];
        }
        sortByAddress(by);
        return signBy(digest, by, 8);
    }

    /// @notice The last `count` of the target's signers.
    function lastOf(bytes32 digest, uint256 count) internal view returns (bytes memory signatures) {
        for (uint256 i = keys.length - count; i < keys.length; ++i) {
            signatures = bytes.concat(signatures, signWith(keys[i], digest));
        }
    }

    // ---------------------------------------------------------------------------------------------------------- doing

    /// @notice Rotates the target, which has no delay yet.
    function rotate(ITypedMessages.Rotation memory rotation) internal {
        registry.rotate(rotation, quorum(digestOf(rotation)));
    }

    function rotateOther(ITypedMessages.Rotation memory rotation) internal {
        registry.rotate(rotation, otherQuorum(digestOf(rotation)));
    }

    function setDelay(uint32 delay) internal {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = delay;
        rotation.guardian = guardian;
        rotate(rotation);
    }

    function setOtherDelay(uint32 delay) internal {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.delay = delay;
        rotation.guardian = address(0x07E6);
        rotateOther(rotation);
    }

    function schedule(ITypedMessages.Approval memory approval) internal returns (bytes32 digest) {
        digest = digestOf(approval);
        registry.schedule(approval, quorum(digest));
    }

    function scheduleBoth() internal returns (ITypedMessages.Approval memory approval, bytes32 digest) {
        approval = approvalOfBoth();
        digest = digestOf(approval);
        registry.schedule(approval, bothQuorums(digest));
    }

    function scheduleRotation(ITypedMessages.Rotation memory rotation) internal returns (bytes32 digest) {
        digest = digestOf(rotation);
        registry.scheduleRotation(rotation, quorum(digest));
    }

    /// @notice The target's last `count` signers reject.
    function reject(bytes32 digest, uint256 count) internal {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        registry.reject(address(target), rejection, lastOf(digestOf(rejection), count));
    }

    function rejectByOthers(bytes32 digest, uint256 count) internal {
        ITypedMessages.Rejection memory rejection = rejectionOf(digest);
        registry.reject(address(other), rejection, signBy(digestOf(rejection), otherKeys, count));
    }

    function cancel(bytes32 digest) internal {
        vm.prank(guardian);
        registry.cancel(digest, address(target));
    }

    function pause(uint24 duration) internal {
        vm.prank(guardian);
        registry.pause(address(target), duration);
    }

    function pauseOther(uint24 duration) internal {
        vm.prank(address(0x07E6));
        registry.pause(address(other), duration);
    }

    function unpause() internal {
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        registry.unpause(message, quorum(digestOf(message)));
    }

    // ------------------------------------------------------------------------------------------------------- looking

    function versionOf(address contractAddress) internal view returns (uint256) {
        return registry.record(contractAddress).version;
    }

    function assertScheduled(bytes32 digest, IRegistryTypes.Status status, int256 slack) internal view {
        (IRegistryTypes.Status found, int256 foundSlack) = registry.scheduled(digest);
        vm.assertEq(uint256(found), uint256(status));
        vm.assertEq(foundSlack, slack);
    }

    /// @notice All that can be read of how a record stands, governance too.
    function governedStateOf(address contractAddress) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                stateOf(contractAddress),
                registry.rulesOf(contractAddress),
                registry.pauseOf(contractAddress),
                registry.exitOpen(contractAddress)
            )
        );
    }

    function listOf(address one) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function swapped(address[] memory list, uint256 i, uint256 j) internal pure returns (address[] memory copy) {
        copy = new address[](list.length);
        for (uint256 k = 0; k < list.length; ++k) {
            copy[k] = list[k];
        }
        (copy[i], copy[j]) = (list[j], list[i]);
    }

    function placeOf(IRegistryTypes.Deployment memory deployment) internal pure returns (address) {
        bytes32 initcodeHash = keccak256(deployment.initcode);
        return
            address(
                uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), DEPLOYER, deployment.salt, initcodeHash))))
            );
    }

    function failureOf(IRegistryTypes.Deployment memory deployment) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IRegistryTypes.DeploymentFailed.selector, placeOf(deployment), deployment.salt);
    }
}
