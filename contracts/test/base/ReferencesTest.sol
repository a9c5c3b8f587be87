// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReferences} from "../../src/interfaces/IReferences.sol";
import {GovernanceTest} from "./GovernanceTest.sol";
import {vm} from "./Vm.sol";

/// @notice What followers run. Its number is part of the code, its value is the follower's own.
contract Logic {
    uint256 public immutable number;
    uint256 public value;

    constructor(uint256 number_) {
        number = number_;
    }

    function initialize(uint256 value_) external payable {
        value = value_;
    }

    function fail(string calldata reason) external pure {
        revert(reason);
    }

    function failSilently() external pure {
        revert();
    }

    /// @notice Calls as the follower, and goes on whatever becomes of it.
    function attempt(address to, bytes calldata data) external returns (bool success, bytes memory answer) {
        (success, answer) = to.call(data);
        value = success ? 1 : 2;
    }
}

/// @notice The registry's references, and two versions of the code that a manager, a plain account, has followers run.
abstract contract ReferencesTest is GovernanceTest {
    bytes32 internal constant KEY = keccak256("vault");
    bytes32 internal constant SALT = keccak256("salt");
    /// @dev Those of LINK and NEXT_LINK.
    bytes20 internal constant COMMIT = hex"0123456789abcdef0123456789abcdef01234567";
    bytes20 internal constant NEXT_COMMIT = hex"fedcba9876543210fedcba9876543210fedcba98";

    IReferences internal references;
    address internal manager = address(0x3A4A6E4);
    Logic internal one;
    Logic internal two;

    function setUp() public virtual override {
        super.setUp();
        references = IReferences(registry.references());
        one = new Logic(1);
        two = new Logic(2);
    }

    // --------------------------------------------------------------------------------------------------------- doing

    /// @notice The manager writes the next revision of its entry.
    function write(address implementation) internal {
        write(manager, KEY, implementation);
    }

    function write(address by, bytes32 key, address implementation) internal {
        write(by, key, implementation, LINK);
    }

    /// @dev The hash is another at each revision.
    function write(address by, bytes32 key, address implementation, string memory link) internal {
        bytes32 hash = hashOf(references.currentReference(by, key).revision + 1);
        vm.prank(by);
        references.write(key, hash, link, implementation, codeHashOf(implementation));
    }

    /// @notice A follower of the manager's entry.
    function deploy(bytes32 salt) internal returns (address) {
        return references.deploy(salt, manager, KEY, 0, "");
    }

    /// @notice As the registry does for a record that agreed to it.
    function enter(address follower, address by, bytes32 key, uint64 pinnedRevision) internal {
        vm.prank(address(registry));
        references.follow(follower, by, key, pinnedRevision);
    }

    /// @notice Registered with the target's signers. It has no owner.
    function registerFollower(address follower) internal {
        vm.prank(curator);
        register(follower, signers, 6);
    }

    // ------------------------------------------------------------------------------------------------------- looking

    function hashOf(uint256 revision) internal pure returns (bytes32) {
        return keccak256(abi.encode("revision", revision));
    }

    /// @dev Zero where there is no implementation.
    function codeHashOf(address implementation) internal view returns (bytes32) {
        return implementation == address(0) ? bytes32(0) : implementation.codehash;
    }

    /// @notice What the manager's entry is at a revision.
    function referenceOf(uint64 revision, address implementation)
        internal
        view
        returns (IReferences.Reference memory expected)
    {
        expected.manager = manager;
        expected.key = KEY;
        expected.revision = revision;
        expected.contractHash = hashOf(revision);
        expected.contractLink = LINK;
        expected.implementation = implementation;
        expected.codeHash = codeHashOf(implementation);
    }

    function assertReference(IReferences.Reference memory found, IReferences.Reference memory expected) internal pure {
        vm.assertEq(abi.encode(found), abi.encode(expected));
    }

    function assertNothing(IReferences.Reference memory found) internal pure {
        IReferences.Reference memory nothing;
        assertReference(found, nothing);
    }

    /// @notice What is entered for a follower, in every view that tells of it.
    function assertFollows(address follower, IReferences.Reference memory expected, bool pinned) internal view {
        (IReferences.Reference memory found, bool isPinned) = references.resolve(follower);
        assertReference(found, expected);
        vm.assertTrue(isPinned == pinned);
        vm.assertEq(references.managerOf(follower), pinned ? address(0) : expected.manager);
        vm.assertEq(references.implementationOf(follower), expected.implementation);
    }

    function assertFollowsNothing(address follower) internal view {
        (IReferences.Reference memory found, bool isPinned) = references.resolve(follower);
        assertNothing(found);
        vm.assertFalse(isPinned);
        vm.assertEq(references.managerOf(follower), address(0));
    }

    /// @notice By a call through the proxy.
    function assertRuns(address follower, uint256 number) internal view {
        vm.assertEq(Logic(follower).number(), number);
    }
}
