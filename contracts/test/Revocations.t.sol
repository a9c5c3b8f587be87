// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {VotesTest} from "./base/VotesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice A signer takes his approval back, which ends nothing by itself.
contract RevocationsTest is VotesTest {
    function test_revoke_takesTheSignersApprovalBack() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit IRegistryTypes.Revoked(digest, address(target), 2, signers[3]);
        vm.prank(signers[3]);
        registry.revoke(address(target), digest);
        (uint32 rejected, uint32 revoked) = registry.votesOf(address(target), digest);
        vm.assertEq(uint256(rejected), 0);
        vm.assertEq(uint256(revoked), 1 << 3);

        bytes memory signatures = signBy(digest, keys, 6);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.finalize(approval, signatures);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.schedule(approval, signatures);
        registry.finalize(approval, signBy(digest, keys, 7));
    }

    /// @dev Revoked is not rejected: all nine may, and the digest still is no dead one.
    function test_revoke_endsNothing() public {
        for (uint256 i = 0; i < 9; ++i) {
            vm.prank(signers[i]);
            registry.revoke(address(target), digest);
        }
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 0, 6));
        registry.finalize(approval, all);
    }

    function test_revoke_addsToRejections() public {
        reject(digest, 2);
        vm.prank(signers[0]);
        registry.revoke(address(target), digest);
        vm.prank(signers[8]);
        registry.revoke(address(target), digest);
        vm.prank(signers[1]);
        registry.revoke(address(target), digest);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.finalize(approval, all);
    }

    function test_revoke_countsForRotationsToo() public {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        bytes memory signatures = quorum(digestOf(rotation));
        vm.prank(signers[5]);
        registry.revoke(address(target), digestOf(rotation));
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.QuorumNotReached.selector, address(target), 5, 6));
        registry.rotate(rotation, signatures);
    }

    /// @dev I13.
    function testFuzz_revoke_revertsForAllButSigners(address sender) public {
        for (uint256 i = 0; i < 9; ++i) {
            vm.assume(sender != signers[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotSigner.selector, address(target), sender));
        vm.prank(sender);
        registry.revoke(address(target), digest);
    }

    function test_revoke_revertsForOtherRecordsSigners() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotSigner.selector, address(target), others[0]));
        vm.prank(others[0]);
        registry.revoke(address(target), digest);
    }

    function test_revoke_revertsForUnregistered() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.NotRegistered.selector, stranger));
        vm.prank(signers[0]);
        registry.revoke(stranger, digest);
    }

    /// @dev Every status but none.
    function test_revoke_revertsOnceItIsScheduled() public {
        setDelay(1 days);
        ITypedMessages.Approval memory waiting = approvalOf(address(target));
        bytes32 waitingDigest = schedule(waiting);
        expectScheduled(waitingDigest, IRegistryTypes.Status.Waiting);
        skip(1 days);
        registry.execute(waiting);
        expectScheduled(waitingDigest, IRegistryTypes.Status.Executed);
    }

    function expectScheduled(bytes32 waitingDigest, IRegistryTypes.Status status) private {
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.AlreadyScheduled.selector, waitingDigest, status));
        vm.prank(signers[0]);
        registry.revoke(address(target), waitingDigest);
    }
}
