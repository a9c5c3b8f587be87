// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EveryFunction} from "./base/EveryFunction.sol";
import {vm} from "./base/Vm.sol";

/// @notice I13: the sender of a transaction has no authority, whoever he is, but the one that the function names.
contract StrangersTest is EveryFunction {
    /// @dev Without it, whatever is refused below could be so for its form.
    function test_every_passesFromWhoMaySendItInTime() public {
        collect(6);
        vm.assertEq(made.length, 21);
        for (uint256 i = 0; i < made.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            bytes32 before = world();
            if (made[i].ripensAt != 0) vm.warp(made[i].ripensAt);
            (bool success,) = sendAs(made[i].by, made[i]);
            vm.assertTrue(success);
            vm.assertNotEq(world(), before);
            vm.revertToState(snapshot);
        }
    }

    /// @notice With fewer signatures than the threshold, or too early, as anybody: nothing changes.
    /// forge-config: default.fuzz.runs = 24
    /// forge-config: deep.fuzz.runs = 60
    function testFuzz_every_revertsForAllOthers(address anybody, uint256 count) public {
        collect(count % 6);
        address[10] memory senders = [
            anybody,
            curator,
            guardian,
            authority,
            manager,
            signers[0],
            others[0],
            address(registry),
            registry.executor(address(target)),
            address(target)
        ];
        bytes32 before = world();
        for (uint256 i = 0; i < made.length; ++i) {
            for (uint256 j = 0; j < senders.length; ++j) {
                if (senders[j] == made[i].by) continue;
                (bool success,) = sendAs(senders[j], made[i]);
                vm.assertFalse(success);
            }
        }
        vm.assertEq(world(), before);
    }

    /// @notice What anybody may do moves nobody else's records, entries and followers.
    /// forge-config: default.fuzz.runs = 24
    /// forge-config: deep.fuzz.runs = 60
    function testFuzz_anybody_movesOnlyHisOwn(address anybody, bytes32 key) public {
        vm.assume(anybody != manager && anybody != stranger && anybody != address(this));
        collect(6);
        bytes32 before = world();
        vm.startPrank(anybody);
        registry.propose(approvalOf(address(target)), "");
        references.write(key, HASH, LINK, address(two), address(two).codehash);
        references.write(KEY, HASH, LINK, address(two), address(two).codehash);
        references.advance(KEY, NEXT_HASH, COMMIT, address(two), address(two).codehash);
        references.keep(manager, KEY);
        references.deploy(SALT, anybody, KEY, 0, "");
        vm.stopPrank();
        vm.assertEq(world(), before);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    function sendAs(address sender, Made memory one_) private returns (bool success, bytes memory answer) {
        vm.prank(sender);
        (success, answer) = one_.to.call(one_.data);
    }

    /// @notice All that these functions could change, in one word.
    function world() private view returns (bytes32) {
        address[4] memory contracts = [address(target), address(other), follower, fresh];
        bytes memory state = abi.encode(registry.curator(), registry.pendingCurator());
        for (uint256 i = 0; i < contracts.length; ++i) {
            state = bytes.concat(state, governedStateOf(contracts[i]));
            state = bytes.concat(state, abi.encode(references.implementationOf(contracts[i])));
            (, bytes memory resolved) =
                address(references).staticcall(abi.encodeCall(references.resolve, (contracts[i])));
            (uint32 rejected, uint32 revoked) = registry.votesOf(contracts[i], "anything");
            state = bytes.concat(state, resolved, abi.encode(rejected, revoked));
        }
        for (uint256 i = 0; i < digests.length; ++i) {
            (bytes32 status,) = statusOf(digests[i]);
            state = bytes.concat(state, status);
        }
        return keccak256(state);
    }

    function statusOf(bytes32 digest) private view returns (bytes32 status, int256 slack) {
        (, bytes memory answer) = address(registry).staticcall(abi.encodeCall(registry.scheduled, (digest)));
        return abi.decode(answer, (bytes32, int256));
    }
}
