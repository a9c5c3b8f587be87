// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ITypedMessages} from "../src/interfaces/ITypedMessages.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice A follower's exit is open, too, while its manager's write may be coming; and whose executor a manager is.
contract FollowingExitOpenTest is ReferencesTest {
    address private follower;
    address private executor;

    /// @dev The other record's executor manages what the follower follows.
    function setUp() public override {
        super.setUp();
        executor = registry.executor(address(other));
        ITypedMessages.Approval memory approval = writing(address(one));
        registry.finalize(approval, otherQuorum(digestOf(approval)));
        follower = references.deploy(SALT, executor, KEY, 0, "");
        setOtherDelay(DELAY);
    }

    // ------------------------------------------------------------------------------------------------------- exitOpen

    function test_exitOpen_whileTheManagersWriteIsScheduled() public {
        assertExit(false);
        ITypedMessages.Approval memory approval = writing(address(two));
        scheduleOther(approval);
        assertExit(true);
        skip(DELAY);
        assertExit(true);
        assertRuns(follower, 1);
        registry.execute(approval);
        assertExit(false);
        assertRuns(follower, 2);
    }

    function test_exitOpen_untilTheManagersWriteIsCancelledOrExpired() public {
        ITypedMessages.Approval memory approval = writing(address(two));
        bytes32 digest = scheduleOther(approval);
        vm.prank(address(0x07E6));
        registry.cancel(digest, address(other));
        assertExit(false);
        approval.deadline += 1;
        scheduleOther(approval);
        vm.warp(NOW + DELAY + GRACE);
        assertExit(true);
        skip(1);
        assertExit(false);
    }

    function test_exitOpen_whileSomethingIsScheduledForTheFollower() public {
        registerFollower(follower);
        ITypedMessages.Rotation memory rotation = rotationOf(follower);
        rotation.delay = DELAY;
        rotate(rotation);
        ITypedMessages.Following memory following = followingOf(follower, address(0), 0);
        bytes32 digest = digestOf(following);
        registry.scheduleFollowing(following, quorum(digest));
        assertExit(true);
        vm.assertFalse(registry.exitOpen(address(other)));
        skip(DELAY);
        registry.executeFollowing(following);
        assertExit(false);
    }

    /// @dev Pinned, or following nothing, no write can move it.
    function test_exitOpen_isFalseWhereTheWriteMovesNothing() public {
        scheduleOther(writing(address(two)));
        address pinned = references.deploy(HASH, executor, KEY, 1, "");
        vm.assertFalse(registry.exitOpen(pinned));
        assertExit(true);
        enter(follower, executor, KEY, 1);
        assertExit(false);
        enter(follower, executor, KEY, 0);
        assertExit(true);
        enter(follower, address(0), 0, 0);
        assertExit(false);
    }

    /// @dev A plain account writes without telling anybody before.
    function test_exitOpen_isFalseForAPlainManager() public {
        scheduleOther(writing(address(two)));
        write(address(one));
        enter(follower, manager, KEY, 0);
        assertExit(false);
    }

    // ----------------------------------------------------------------------------------------------------- contractOf

    function test_contractOf_onceTheExecutorHasCalled() public {
        vm.assertEq(registry.contractOf(executor), address(other));
        address uncreated = registry.executor(address(target));
        vm.assertEq(registry.contractOf(uncreated), address(0));
        ITypedMessages.Approval memory approval = approvalOf(address(target));
        approval.upgrades[0].calls = callsOf(stranger, "");
        registry.finalize(approval, sign(approval, 6));
        vm.assertEq(registry.contractOf(uncreated), address(target));
        rotate(rotationOf(address(target)));
        vm.assertEq(registry.contractOf(uncreated), address(target));
    }

    function test_contractOf_isZeroForAllOthers() public view {
        address[6] memory others_ = [
            address(0), stranger, address(target), address(other), address(registry), registry.executorImplementation()
        ];
        for (uint256 i = 0; i < others_.length; ++i) {
            vm.assertEq(registry.contractOf(others_[i]), address(0));
        }
    }

    /// @dev An executor's code anywhere else, and any code of its length that ends with a contract's address, are none.
    function test_contractOf_isZeroForImpostors() public {
        bytes memory code = executor.code;
        vm.assertEq(code.length, 65);
        vm.etch(stranger, code);
        vm.assertEq(registry.contractOf(stranger), address(0));
        vm.etch(stranger, abi.encodePacked(new bytes(45), address(target)));
        vm.assertEq(registry.contractOf(stranger), address(0));
        vm.etch(stranger, abi.encodePacked(new bytes(45), stranger));
        vm.assertEq(registry.contractOf(stranger), address(0));
    }

    /// @dev The right address with other code: it cannot be, and would be none.
    function testFuzz_contractOf_looksAtTheLength(bytes memory code) public {
        vm.assume(code.length != 65 && (code.length == 0 || code[0] != 0xef));
        vm.etch(executor, code);
        vm.assertEq(registry.contractOf(executor), address(0));
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @notice An approval of the other record, whose executor writes the entry anew.
    function writing(address implementation) private view returns (ITypedMessages.Approval memory approval) {
        approval = approvalOf(address(other));
        approval.deadline = uint64(vm.getBlockTimestamp() + 14 days);
        approval.upgrades[0].calls = callsOf(
            address(references),
            abi.encodeCall(references.write, (KEY, HASH, LINK, implementation, implementation.codehash))
        );
    }

    function scheduleOther(ITypedMessages.Approval memory approval) private returns (bytes32 digest) {
        digest = digestOf(approval);
        registry.schedule(approval, otherQuorum(digest));
    }

    function assertExit(bool open) private view {
        vm.assertTrue(registry.exitOpen(follower) == open);
    }
}
