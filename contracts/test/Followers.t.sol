// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {IReferences} from "../src/interfaces/IReferences.sol";
import {Puppet} from "./base/Puppet.sol";
import {Logic, ReferencesTest} from "./base/ReferencesTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Proxies that ask the one beacon what they run, and the factory that deploys them.
contract FollowersTest is ReferencesTest {
    function setUp() public override {
        super.setUp();
        write(address(one));
    }

    // ---------------------------------------------------------------------------------------------------- the beacon

    /// @dev One write moves every follower at once, registered or not, and leaves each what it stored.
    function test_write_movesEveryFollowerAtOnce() public {
        address[] memory fleet = new address[](20);
        for (uint256 i = 0; i < fleet.length; ++i) {
            fleet[i] = deploy(bytes32(i));
            Logic(fleet[i]).initialize(100 + i);
            assertRuns(fleet[i], 1);
        }
        registerFollower(fleet[0]);
        write(address(two));
        for (uint256 i = 0; i < fleet.length; ++i) {
            assertRuns(fleet[i], 2);
            vm.assertEq(Logic(fleet[i]).value(), 100 + i);
            assertFollows(fleet[i], referenceOf(2, address(two)), false);
        }
    }

    /// @dev The answer is for the one that asks.
    function test_implementation_answersForItsCaller() public {
        write(stranger, "other", address(two));
        address first = deploy(SALT);
        address second = references.deploy(HASH, stranger, "other", 0, "");
        vm.prank(first);
        vm.assertEq(references.implementation(), address(one));
        vm.prank(second);
        vm.assertEq(references.implementation(), address(two));
    }

    function test_implementation_revertsForWhoeverFollowsNone() public {
        vm.expectRevert(abi.encodeWithSelector(IReferences.NotFollowing.selector, stranger));
        vm.prank(stranger);
        references.implementation();
        write(manager, "record", address(0));
        enter(address(target), manager, "record", 0);
        vm.expectRevert(abi.encodeWithSelector(IReferences.NotFollowing.selector, address(target)));
        vm.prank(address(target));
        references.implementation();
    }

    // --------------------------------------------------------------------------------------------------- the factory

    function test_deploy_tellsAndFollows() public {
        address expected = references.followerOf(stranger, SALT);
        assertFollowsNothing(expected);
        vm.assertEq(references.implementationOf(expected), address(0));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Followed(expected, manager, KEY, 0);
        vm.expectEmit(true, true, true, true, expected);
        emit IERC1967.BeaconUpgraded(address(references));
        vm.expectEmit(true, true, true, true, address(references));
        emit IReferences.Deployed(expected, stranger, SALT);
        vm.prank(stranger);
        vm.assertEq(deploy(SALT), expected);
        assertRuns(expected, 1);
        assertFollows(expected, referenceOf(1, address(one)), false);
    }

    /// @dev Whatever it follows, whatever runs there and whatever is called first: the address is the same.
    function testFuzz_deploy_addressIsOfDeployerAndSalt(address deployer, bytes32 salt) public {
        address expected = references.followerOf(deployer, salt);
        write(stranger, "other", address(two));
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 4; ++i) {
            if (i == 1) write(address(two));
            vm.deal(deployer, 1);
            vm.prank(deployer);
            address found = i < 2
                ? deploy(salt)
                : references.deploy{value: 1}(
                    salt, stranger, "other", i == 2 ? 1 : 0, abi.encodeCall(Logic.initialize, (i))
                );
            vm.assertEq(found, expected);
            assertRuns(found, i == 0 ? 1 : 2);
            vm.assertTrue(vm.revertToState(snapshot));
            snapshot = vm.snapshotState();
        }
    }

    function testFuzz_followerOf_isAnotherForEveryOther(address deployer, address second, bytes32 salt, bytes32 other_)
        public
    {
        vm.assume(deployer != second && salt != other_);
        vm.assertNotEq(references.followerOf(deployer, salt), references.followerOf(second, salt));
        vm.assertNotEq(references.followerOf(deployer, salt), references.followerOf(deployer, other_));
        vm.prank(deployer);
        address first = deploy(salt);
        vm.prank(second);
        vm.assertNotEq(deploy(salt), first);
    }

    function test_deploy_revertsForASaltTheSecondTime() public {
        address follower = deploy(SALT);
        write(stranger, "other", address(two));
        vm.expectRevert(abi.encodeWithSelector(IReferences.FollowerExists.selector, follower));
        references.deploy(SALT, stranger, "other", 0, "");
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    function test_deploy_pinned() public {
        references.keep(manager, KEY);
        write(address(two));
        address first = references.deploy(SALT, manager, KEY, 1, "");
        address second = references.deploy(HASH, manager, KEY, 2, "");
        write(address(one));
        write(address(two));
        assertRuns(first, 1);
        assertFollows(first, referenceOf(1, address(one)), true);
        assertRuns(second, 2);
        assertFollows(second, referenceOf(2, address(two)), true);
        vm.expectRevert(abi.encodeWithSelector(IReferences.RevisionNotKept.selector, manager, KEY, 3, 4));
        references.deploy(NEXT_HASH, manager, KEY, 3, "");
    }

    function test_deploy_revertsForWhatNoProxyCanFollow() public {
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, stranger, KEY));
        references.deploy(SALT, stranger, KEY, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IReferences.ReferenceUnknown.selector, address(0), bytes32(0)));
        references.deploy(SALT, address(0), 0, 0, "");
        write(manager, "record", address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IReferences.ReferenceWithoutImplementation.selector, manager, bytes32("record"))
        );
        references.deploy(SALT, manager, "record", 0, "");
        assertFresh(references.followerOf(address(this), SALT));
    }

    /// @dev Where a record stands for the address, its signers alone say what it follows, also when its code is gone.
    function test_deploy_revertsWhereTheAddressIsRegistered() public {
        address follower = deploy(SALT);
        registerFollower(follower);
        write(stranger, "other", address(two));
        bytes memory code = follower.code;
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IReferences.FollowerExists.selector, follower));
            references.deploy(SALT, stranger, "other", 0, "");
            vm.etch(follower, "");
        }
        vm.etch(follower, code);
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    // --------------------------------------------------------------------------------------------------- initial call

    function test_deploy_callsWithAndWithoutValue() public {
        address first = references.deploy(SALT, manager, KEY, 0, abi.encodeCall(Logic.initialize, (7)));
        vm.assertEq(Logic(first).value(), 7);
        vm.assertEq(first.balance, 0);
        vm.deal(stranger, 5);
        vm.prank(stranger);
        address second = references.deploy{value: 5}(SALT, manager, KEY, 0, abi.encodeCall(Logic.initialize, (8)));
        vm.assertEq(Logic(second).value(), 8);
        vm.assertEq(second.balance, 5);
        vm.assertEq(address(references).balance, 0);
    }

    /// @dev The reason is passed on, nothing is left, and the address is there for the next attempt.
    function test_deploy_leavesNothingWhereTheCallFails() public {
        address follower = references.followerOf(address(this), SALT);
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "not so"));
        references.deploy(SALT, manager, KEY, 1, abi.encodeCall(Logic.fail, ("not so")));
        assertFresh(follower);
        vm.expectRevert(Errors.FailedCall.selector);
        references.deploy(SALT, manager, KEY, 0, abi.encodeCall(Logic.failSilently, ()));
        assertFresh(follower);
        vm.assertEq(deploy(SALT), follower);
    }

    /// @dev Without a call nobody would ever take it out again.
    function test_deploy_revertsForValueWithoutCall() public {
        vm.deal(address(this), 1);
        vm.expectRevert(abi.encodeWithSelector(IReferences.ValueWithoutCall.selector, 1));
        references.deploy{value: 1}(SALT, manager, KEY, 0, "");
        assertFresh(references.followerOf(address(this), SALT));
        vm.assertEq(address(this).balance, 1);
    }

    /// @dev The initial call has the deployer itself deploy once more, with the same salt and another entry: refused, and
    /// what was asked for stands.
    function test_deploy_refusesTheSameSaltFromItsOwnCall() public {
        Puppet deployer = new Puppet();
        write(stranger, "other", address(two));
        address follower = references.followerOf(address(deployer), SALT);
        bytes memory again = abi.encodeCall(references.deploy, (SALT, stranger, "other", 0, ""));
        deployFrom(deployer, again);
        vm.assertEq(Logic(follower).value(), 2);
        assertRuns(follower, 1);
        assertFollows(follower, referenceOf(1, address(one)), false);

        // With a salt of its own it is one more deployment.
        deployer = new Puppet();
        deployFrom(deployer, abi.encodeCall(references.deploy, (HASH, stranger, "other", 0, "")));
        assertRuns(references.followerOf(address(deployer), HASH), 2);
        follower = references.followerOf(address(deployer), SALT);
        vm.assertEq(Logic(follower).value(), 1);
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    /// @dev The follower has no say in what it follows.
    function test_deploy_refusesWhatTheFollowerEntersItself() public {
        bytes memory data =
            abi.encodeCall(references.follow, (references.followerOf(address(this), SALT), manager, KEY, 1));
        address follower =
            references.deploy(SALT, manager, KEY, 0, abi.encodeCall(Logic.attempt, (address(references), data)));
        vm.assertEq(Logic(follower).value(), 2);
        assertFollows(follower, referenceOf(1, address(one)), false);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @notice Deploys as the puppet, which the initial call has call the references once more.
    function deployFrom(Puppet deployer, bytes memory again) private {
        bytes memory attack = abi.encodeCall(Puppet.call, (address(references), again));
        bytes memory initial = abi.encodeCall(Logic.attempt, (address(deployer), attack));
        deployer.call(address(references), abi.encodeCall(references.deploy, (SALT, manager, KEY, 0, initial)));
    }

    function assertFresh(address follower) private view {
        vm.assertEq(follower.code.length, 0);
        assertFollowsNothing(follower);
        vm.assertEq(references.implementationOf(follower), address(0));
    }
}
