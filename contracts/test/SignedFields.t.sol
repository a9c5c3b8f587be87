// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {Target} from "./base/RegistryTest.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice I8: with any field of a message at any other value, all its good signatures are good for nothing. A version that
/// is not the next one is refused before signatures are looked at; for everything else, it is they that are strangers'.
contract SignedFieldsTest is ReferencesTest {
    address private twin;

    /// @dev A twin of the target, so that only the signature tells them apart.
    function setUp() public override {
        super.setUp();
        twin = address(new Target(address(this)));
        register(twin, signers, 6);
        write(address(one));
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        (rotation.guardian, rotation.commitReveal) = (guardian, true);
        rotate(rotation);
        (rotation.contractAddress, rotation.version) = (twin, 2);
        rotate(rotation);
        pause(7 days);
        vm.prank(guardian);
        registry.pause(twin, 7 days);
    }

    function testFuzz_approval(uint8 field, uint256 noise) public {
        field %= 18;
        bytes memory signatures = quorum(digestOf(fullApproval()));
        ITypedMessages.Approval memory approval = fullApproval();
        ITypedMessages.Upgrade memory upgrade = approval.upgrades[noise % 2];
        ITypedMessages.Call memory made = upgrade.calls[noise % 2];
        if (field == 0) approval.deadline = otherDeadline(approval.deadline, noise);
        if (field == 1) upgrade.contractAddress = another();
        if (field == 2) upgrade.version = uint64(other256(upgrade.version, noise, 64));
        if (field == 3) upgrade.contractHash = bytes32(other256(uint256(upgrade.contractHash), noise, 256));
        if (field == 4) flip(bytes(upgrade.contractLink), noise);
        if (field == 5) upgrade.buildHash = bytes32(other256(uint256(upgrade.buildHash), noise, 256));
        if (field == 6) upgrade.code[0].account = otherAddress(upgrade.code[0].account, noise);
        if (field == 7) upgrade.code[0].codeHash = bytes32(other256(uint256(upgrade.code[0].codeHash), noise, 256));
        if (field == 8) upgrade.code = new ITypedMessages.Code[](noise % 4 == 1 ? 2 : noise % 4);
        if (field == 9) made.target = otherAddress(made.target, noise);
        if (field == 10) made.value = other256(made.value, noise, 256);
        if (field == 11) made.minGas = uint64(other256(made.minGas, noise, 64));
        if (field == 12) flip(made.data, noise);
        if (field == 13) made.data = bytes.concat(made.data, bytes1(uint8(noise)));
        if (field == 14) upgrade.calls = new ITypedMessages.Call[](noise % 5);
        if (field == 15) (upgrade.calls[0], upgrade.calls[1]) = (upgrade.calls[1], upgrade.calls[0]);
        if (field == 16) (approval.upgrades[0], approval.upgrades[1]) = (approval.upgrades[1], approval.upgrades[0]);
        if (field == 17) (approval.upgrades = new ITypedMessages.Upgrade[](1))[0] = upgrade;
        expectStranger(field == 2);
        registry.finalize(approval, signatures);
    }

    function testFuzz_rotation(uint8 field, uint256 noise) public {
        field %= 11;
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = quorum(digestOf(rotation));
        if (field == 0) rotation.contractAddress = twin;
        if (field == 1) rotation.version = uint64(other256(rotation.version, noise, 64));
        if (field == 2) rotation.signers[noise % 9] = otherAddress(rotation.signers[noise % 9], noise);
        if (field == 3) rotation.contractSigners = uint32(other256(rotation.contractSigners, noise, 32));
        if (field == 4) rotation.minSignatures = uint8(other256(rotation.minSignatures, noise, 8));
        if (field == 5) rotation.authority = otherAddress(rotation.authority, noise);
        if (field == 6) rotation.guardian = otherAddress(rotation.guardian, noise);
        if (field == 7) rotation.gate = otherAddress(rotation.gate, noise);
        if (field == 8) rotation.delay = uint32(other256(rotation.delay, noise, 32));
        if (field == 9) rotation.commitReveal = false;
        if (field == 10) rotation.deadline = otherDeadline(rotation.deadline, noise);
        expectStranger(field == 1);
        registry.rotate(rotation, signatures);
    }

    function testFuzz_commitment(uint8 field, uint256 noise) public {
        field %= 6;
        ITypedMessages.Approval memory approval = fullApproval();
        ITypedMessages.Commitment memory commitment = commitmentOf(approval, SALT);
        bytes memory signatures = quorum(digestOf(commitment));
        address[] memory contracts = commitment.contracts;
        if (field == 0) contracts[noise % 2] = another();
        if (field == 1) commitment.versions[noise % 2] = uint64(other256(3, noise, 64));
        if (field == 2) commitment.commitment = bytes32(other256(uint256(commitment.commitment), noise, 256));
        if (field == 3) commitment.deadline = otherDeadline(commitment.deadline, noise);
        if (field == 4) commitment.contracts = swapped(contracts, 0, 1);
        if (field == 5) (commitment.contracts, commitment.versions) = (listOf(contracts[noise % 2]), new uint64[](1));
        if (field == 5) commitment.versions[0] = 3;
        expectStranger(field == 1);
        registry.commit(commitment, signatures);
    }

    function testFuzz_following(uint8 field, uint256 noise) public {
        field %= 6;
        ITypedMessages.Following memory following = followingOf(address(target), manager, KEY);
        bytes memory signatures = quorum(digestOf(following));
        if (field == 0) following.contractAddress = twin;
        if (field == 1) following.version = uint64(other256(following.version, noise, 64));
        if (field == 2) following.manager = otherAddress(following.manager, noise);
        if (field == 3) following.key = bytes32(other256(uint256(following.key), noise, 256));
        if (field == 4) following.pinnedRevision = uint64(other256(following.pinnedRevision, noise, 64));
        if (field == 5) following.deadline = otherDeadline(following.deadline, noise);
        expectStranger(field == 1);
        registry.follow(following, signatures);
    }

    function testFuzz_unpause(uint8 field, uint256 noise) public {
        field %= 4;
        ITypedMessages.Unpause memory message = unpauseOf(address(target));
        bytes memory signatures = quorum(digestOf(message));
        if (field == 0) message.contractAddress = twin;
        if (field == 1) message.version = uint64(other256(message.version, noise, 64));
        if (field == 2) message.pauseNumber = uint64(other256(message.pauseNumber, noise, 64));
        if (field == 3) message.deadline = otherDeadline(message.deadline, noise);
        expectStranger(field == 1);
        registry.unpause(message, signatures);
    }

    function testFuzz_rejection(bool isDeadline, uint256 noise) public {
        ITypedMessages.Rejection memory rejection = rejectionOf("anything");
        bytes memory signatures = signWith(keys[noise % 9], digestOf(rejection));
        if (isDeadline) rejection.deadline = uint64(other256(rejection.deadline, noise, 64));
        else rejection.digest = bytes32(other256(uint256(rejection.digest), noise, 256));
        expectStranger(false);
        registry.reject(address(target), rejection, signatures);
    }

    /// @dev Each of them passes as it was signed.
    function test_every_passesUnchanged() public {
        ITypedMessages.Rejection memory rejection = rejectionOf("anything");
        registry.reject(address(target), rejection, quorum(digestOf(rejection)));
        ITypedMessages.Commitment memory commitment = commitmentOf(fullApproval(), SALT);
        registry.commit(commitment, quorum(digestOf(commitment)));
        unpause();
        ITypedMessages.Unpause memory message = unpauseOf(twin);
        registry.unpause(message, quorum(digestOf(message)));
        registry.finalize(fullApproval(), quorum(digestOf(fullApproval())));
        ITypedMessages.Following memory following = followingOf(address(target), manager, KEY);
        registry.follow(following, quorum(digestOf(following)));
        rotate(rotationOf(address(target)));
        vm.assertEq(versionOf(address(target)), 5);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @notice Of target and twin, each with code and two calls.
    function fullApproval() private view returns (ITypedMessages.Approval memory approval) {
        approval.deadline = uint64(NOW + 14 days);
        approval.upgrades = new ITypedMessages.Upgrade[](2);
        for (uint256 i = 0; i < 2; ++i) {
            ITypedMessages.Upgrade memory upgrade = upgradeOf(i == 0 ? address(target) : twin);
            upgrade.code = codeOf(address(one));
            upgrade.calls = new ITypedMessages.Call[](2);
            upgrade.calls[0] = callsOf(address(target), abi.encodeCall(Target.note, ("first")))[0];
            upgrade.calls[1] = callsOf(address(target), abi.encodeCall(Target.note, ("second")))[0];
            approval.upgrades[i] = upgrade;
        }
    }

    /// @notice A third record of the same signers, at the same version, opted in as well.
    function another() private returns (address third) {
        third = address(new Target(address(this)));
        register(third, signers, 6);
        ITypedMessages.Rotation memory rotation = rotationOf(third);
        rotation.commitReveal = true;
        rotate(rotation);
    }

    function expectStranger(bool isVersion) private {
        bytes4 reason = isVersion ? IRegistryTypes.VersionMismatch.selector : IRegistryTypes.SignerUnknown.selector;
        vm.expectPartialRevert(reason);
    }

    /// @notice Any other value of so many bits.
    function other256(uint256 value, uint256 noise, uint256 bits) private pure returns (uint256) {
        uint256 mask = type(uint256).max >> (256 - bits);
        return noise & mask == 0 ? value ^ 1 : value ^ (noise & mask);
    }

    function otherAddress(address value, uint256 noise) private pure returns (address) {
        return address(uint160(other256(uint160(value), noise, 160)));
    }

    /// @notice Any other that is in time.
    function otherDeadline(uint64 value, uint256 noise) private pure returns (uint64) {
        uint64 deadline = uint64(NOW + noise % 30 days);
        return deadline == value ? deadline + 1 : deadline;
    }

    /// @notice Changes one bit.
    function flip(bytes memory data, uint256 noise) private pure {
        uint256 place = noise % data.length;
        data[place] ^= bytes1(uint8(1 << (noise >> 8) % 8));
    }
}
