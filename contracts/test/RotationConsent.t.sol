// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./base/GovernanceTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Who agrees to a rotation: the signers of before, to exactly this message, in its time.
contract RotationConsentTest is GovernanceTest {
    function test_rotate_revertsBelowTheQuorum() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory signatures = signBy(digestOf(rotation), keys, 5);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.rotate(rotation, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.rotate(rotation, "");
    }

    /// @dev Those who come have no say yet.
    function test_rotate_revertsForTheNewSigners() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory signatures = otherQuorum(digestOf(rotation));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.SignerUnknown.selector, others[0], false));
        registry.rotate(rotation, signatures);
    }

    function testFuzz_rotate_revertsForEveryOtherVersion(uint64 version) public {
        vm.assume(version != 2);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.version = version;
        bytes memory signatures = quorum(digestOf(rotation));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.VersionMismatch.selector, address(target), version, 2));
        registry.rotate(rotation, signatures);
    }

    function test_rotate_revertsForUnregistered() public {
        ITypedMessages.Rotation memory rotation = rotationOf(stranger);
        bytes memory signatures = quorum(digestOf(rotation));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        registry.rotate(rotation, signatures);
    }

    function test_rotate_atTheDeadlineAndNotAfter() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = quorum(digestOf(rotation));
        vm.warp(rotation.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.DeadlinePassed.selector, rotation.deadline, rotation.deadline + 1)
        );
        registry.rotate(rotation, signatures);
        vm.warp(rotation.deadline);
        registry.rotate(rotation, signatures);
        vm.assertEq(versionOf(address(target)), 2);
    }

    function test_rotate_refusesDeadlinesMoreThanThirtyDaysAhead() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        uint256[2] memory deadlines = [NOW + 30 days + 1, uint256(type(uint64).max)];
        for (uint256 i = 0; i < 2; ++i) {
            rotation.deadline = uint64(deadlines[i]);
            bytes memory signatures = quorum(digestOf(rotation));
            vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.DeadlineTooFar.selector, deadlines[i], NOW + 30 days));
            registry.rotate(rotation, signatures);
        }
        rotation.deadline = uint64(NOW + 30 days);
        rotate(rotation);
    }

    /// @dev I8: every field is signed. Six good signatures of one rotation are good for no other.
    function test_rotate_refusesEveryChangedField() public {
        bytes memory signatures = quorum(digestOf(fullRotation()));
        for (uint256 i = 0; i < 11; ++i) {
            ITypedMessages.Rotation memory changed = fullRotation();
            if (i == 0) changed.contractAddress = address(other);
            if (i == 1) changed.version = 3;
            if (i == 2) changed.signers = signers;
            if (i == 3) changed.contractSigners = 1;
            if (i == 4) changed.minSignatures = 1;
            if (i == 5) changed.authority = stranger;
            if (i == 6) changed.guardian = stranger;
            if (i == 7) changed.gate = stranger;
            if (i == 8) changed.delay += 1;
            if (i == 9) changed.commitReveal = false;
            if (i == 10) changed.deadline += 1;
            vm.expectPartialRevert(
                i == 1 ? IRegistryTypes.VersionMismatch.selector : IRegistryTypes.SignerUnknown.selector
            );
            registry.rotate(changed, signatures);
        }
        registry.rotate(fullRotation(), signatures);
    }

    /// @dev I9.
    function test_rotate_refusesSignaturesOfAnotherChain() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory signatures = quorum(digestOf(rotation));
        uint256 here = vm.getChainId();
        vm.chainId(here + 1);
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.rotate(rotation, signatures);
        vm.chainId(here);
        registry.rotate(rotation, signatures);
    }

    /// @dev S62: what was signed as a rejection of it is no consent to it.
    function test_rotate_refusesARejectionOfIt() public {
        ITypedMessages.Rotation memory rotation = fullRotation();
        bytes memory signatures = quorum(digestOf(rejectionOf(digestOf(rotation))));
        vm.expectPartialRevert(IRegistryTypes.SignerUnknown.selector);
        registry.rotate(rotation, signatures);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev The target goes to the other signers, with every rule.
    function fullRotation() private view returns (ITypedMessages.Rotation memory rotation) {
        rotation = rotationOf(address(target));
        rotation.signers = others;
        rotation.minSignatures = 2;
        rotation.authority = address(0xA0);
        rotation.guardian = guardian;
        rotation.gate = gate;
        rotation.delay = DELAY;
        rotation.commitReveal = true;
    }
}
