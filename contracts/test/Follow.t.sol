// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../src/interfaces/IReferences.sol";
import {IRegistryTypes} from "../src/interfaces/IRegistryTypes.sol";
import {ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the registry enters for a contract: an entry, a pin, nothing. The target is a record, the follower a proxy.
contract FollowTest is ReferencesTest {
    address private follower;

    function setUp() public override {
        super.setUp();
        write(address(one));
        follower = deploy(SALT);
    }

    /// @dev Only the registry, which asked the signers.
    function testFuzz_follow_revertsForAllButTheRegistry(address sender) public {
        vm.assume(sender != address(registry));
        vm.expectRevert(abi.encodeWithSelector(IReferences.OnlyRegistry.selector, sender));
        vm.prank(sender);
        references.follow(follower, manager, KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IReferences.OnlyRegistry.selector, sender));
        vm.prank(sender);
        references.follow(follower, address(0), 0, 0);
    }

    function test_follow_tellsAndIsResolved() public {
        assertFollowsNothing(address(target));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(address(target), manager, KEY, 0);
        enter(address(target), manager, KEY, 0);
        assertFollows(address(target), referenceOf(1, address(one)), false);
    }

    function test_follow_eachRevisionAsItComes() public {
        enter(address(target), manager, KEY, 0);
        write(address(two));
        assertFollows(address(target), referenceOf(2, address(two)), false);
        write(manager, KEY, address(one), NEXT_LINK);
        IReferences.Reference memory expected = referenceOf(3, address(one));
        expected.contractLink = NEXT_LINK;
        assertFollows(address(target), expected, false);
    }

    /// @dev The entry must exist before it can be followed.
    function test_follow_revertsForWhatWasNeverWritten() public {
        for (uint64 pin = 0; pin < 2; ++pin) {
            vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, manager, HASH));
            enter(follower, manager, HASH, pin);
            vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, stranger, KEY));
            enter(follower, stranger, KEY, pin);
        }
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    function test_follow_anotherManager() public {
        write(stranger, "other", address(two));
        enter(follower, stranger, "other", 0);
        assertRuns(follower, 2);
        write(address(one));
        assertRuns(follower, 2);
        vm.assertEq(references.managerOf(follower), stranger);
    }

    // ---------------------------------------------------------------------------------------------------------- pins

    /// @dev Pinning the current revision keeps it.
    function test_follow_pinsTheCurrentRevision() public {
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Kept(manager, KEY, 1);
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(follower, manager, KEY, 1);
        enter(follower, manager, KEY, 1);
        assertFollows(follower, referenceOf(1, address(one)), true);
    }

    /// @dev What the manager writes does not move whoever is pinned.
    function test_write_movesNoPinned() public {
        enter(follower, manager, KEY, 1);
        write(manager, KEY, address(two), NEXT_LINK);
        assertRuns(follower, 1);
        assertFollows(follower, referenceOf(1, address(one)), true);
    }

    function test_follow_pinsARevisionThatWasKept() public {
        references.keep(manager, KEY);
        write(address(two));
        write(address(two));
        assertRuns(follower, 2);
        vm.recordLogs();
        enter(follower, manager, KEY, 1);
        vm.assertEq(vm.getRecordedLogs().length, 1);
        assertRuns(follower, 1);
        assertFollows(follower, referenceOf(1, address(one)), true);
    }

    function test_follow_revertsForARevisionThatWasNotKept() public {
        write(address(two));
        write(address(one));
        uint64[4] memory pins = [uint64(1), 2, 4, type(uint64).max];
        for (uint256 i = 0; i < pins.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IReferences.RevisionNotKept.selector, manager, KEY, pins[i], 3));
            enter(follower, manager, KEY, pins[i]);
        }
        assertFollows(follower, referenceOf(3, address(one)), false);
    }

    function test_follow_movesAPin() public {
        enter(follower, manager, KEY, 1);
        write(address(two));
        enter(follower, manager, KEY, 2);
        write(address(one));
        assertRuns(follower, 2);
        assertFollows(follower, referenceOf(2, address(two)), true);
        enter(follower, manager, KEY, 1);
        assertRuns(follower, 1);
        assertFollows(follower, referenceOf(1, address(one)), true);
    }

    function test_follow_unpins() public {
        enter(follower, manager, KEY, 1);
        write(address(two));
        enter(follower, manager, KEY, 0);
        assertRuns(follower, 2);
        assertFollows(follower, referenceOf(2, address(two)), false);
        write(address(one));
        assertRuns(follower, 1);
    }

    // ----------------------------------------------------------------------------------------------------- unfollowing

    /// @dev A proxy that nobody moves any more goes on with what it ran, be that the entry's or its pin.
    function test_follow_nothingAnyMore() public {
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(follower, address(0), 0, 0);
        enter(follower, address(0), 0, 0);
        write(address(two));
        assertRuns(follower, 1);
        assertFollowsNothing(follower);
        vm.assertEq(references.implementationOf(follower), address(one));
    }

    function test_follow_nothingAnyMoreAfterAPin() public {
        enter(follower, manager, KEY, 1);
        write(address(two));
        enter(follower, address(0), 0, 0);
        assertRuns(follower, 1);
        assertFollowsNothing(follower);
    }

    function test_follow_againAfterNothing() public {
        enter(follower, address(0), 0, 0);
        write(address(two));
        enter(follower, manager, KEY, 0);
        assertRuns(follower, 2);
        enter(follower, address(0), 0, 0);
        write(address(one));
        assertRuns(follower, 2);
    }

    function test_follow_revertsForNothingTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IReferences.NotFollowing.selector, address(target)));
        enter(address(target), address(0), 0, 0);
        enter(follower, address(0), 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IReferences.NotFollowing.selector, follower));
        enter(follower, address(0), 0, 0);
    }

    /// @dev Signers who name an entry mean to follow it.
    function test_follow_revertsForAnEntryOfNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IReferences.EntryOfNobody.selector, KEY, 0));
        enter(follower, address(0), KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IReferences.EntryOfNobody.selector, bytes32(0), 1));
        enter(follower, address(0), 0, 1);
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    // ----------------------------------------------------------------------------------------------------- record-only

    function test_follow_recordsFollowEntriesWithoutImplementation() public {
        write(manager, "record", address(0));
        enter(address(target), manager, "record", 0);
        (IReferences.Reference memory found,) = references.resolve(address(target));
        vm.assertEq(found.contractHash, hashOf(1));
        vm.assertEq(references.managerOf(address(target)), manager);
        write(manager, "record", address(0));
        (found,) = references.resolve(address(target));
        vm.assertEq(found.contractHash, hashOf(2));
        enter(address(target), manager, "record", 2);
        write(manager, "record", address(0));
        (found,) = references.resolve(address(target));
        vm.assertEq(found.contractHash, hashOf(2));
        enter(address(target), address(0), 0, 0);
        assertFollowsNothing(address(target));
    }

    /// @dev It would have no code: whether it follows, is pinned or follows nothing any more.
    function test_follow_proxiesDoNotFollowEntriesWithoutImplementation() public {
        write(manager, "record", address(0));
        expectNoImplementation();
        enter(follower, manager, "record", 0);
        expectNoImplementation();
        enter(follower, manager, "record", 1);
        enter(follower, manager, KEY, 1);
        expectNoImplementation();
        enter(follower, manager, "record", 0);
        enter(follower, address(0), 0, 0);
        expectNoImplementation();
        enter(follower, manager, "record", 0);
        assertRuns(follower, 1);
    }

    function expectNoImplementation() private {
        vm.expectRevert(
            abi.encodeWithSelector(IReferences.ReferenceWithoutImplementation.selector, manager, bytes32("record"))
        );
    }

    /// @dev Code that destroyed itself in the transaction that created it, and other code in its place later.
    function test_follow_aPinIsToTheCodeThatWasKept() public {
        references.keep(manager, KEY);
        bytes32 expected = address(one).codehash;
        vm.etch(address(one), address(two).code);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.CodeMismatch.selector, address(one), address(two).codehash, expected)
        );
        enter(follower, manager, KEY, 1);
        enter(follower, manager, KEY, 0);
    }

    function test_follow_revertsWhereTheCodeIsGone() public {
        vm.etch(address(one), "");
        bytes32 found = address(one).codehash;
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CodeUnacceptable.selector, address(one), found));
        enter(address(target), manager, KEY, 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistryTypes.CodeUnacceptable.selector, address(one), found));
        references.keep(manager, KEY);
    }
}
