// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./GovernanceTest.sol";
import {vm} from "./Vm.sol";

/// @notice The target has opted in to commit–reveal, with a delay.
abstract contract CommitRevealTest is GovernanceTest {
    bytes32 internal constant SALT = keccak256("32 random bytes");

    /// @dev Returns the one byte 00 as code; and reverts.
    bytes internal constant INITCODE = hex"600160005360016000f3";
    bytes internal constant REVERTING = hex"60006000fd";

    function setUp() public virtual override {
        super.setUp();
        vm.etch(DEPLOYER, DEPLOYER_CODE);
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.guardian = guardian;
        rotation.delay = DELAY;
        rotation.commitReveal = true;
        rotate(rotation);
    }

    function commit()
        internal
        returns (ITypedMessages.Approval memory approval, ITypedMessages.Commitment memory commitment)
    {
        approval = approvalOf(address(target));
        commitment = commitTo(approval);
    }

    function commitTo(ITypedMessages.Approval memory approval)
        internal
        returns (ITypedMessages.Commitment memory commitment)
    {
        commitment = commitmentOf(approval, SALT);
        registry.commit(commitment, quorum(digestOf(commitment)));
    }

    function optOthersIn() internal {
        ITypedMessages.Rotation memory rotation = rotationOf(address(other));
        rotation.commitReveal = true;
        rotateOther(rotation);
    }

    function none() internal pure returns (IRegistryTypes.Deployment[] memory) {}

    function deploymentOf(bytes memory initcode)
        internal
        pure
        returns (IRegistryTypes.Deployment[] memory deployments)
    {
        deployments = new IRegistryTypes.Deployment[](1);
        deployments[0] = IRegistryTypes.Deployment({salt: keccak256("salt"), initcode: initcode});
    }
}
