// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {ITypedMessages} from "../../src/interfaces/ITypedMessages.sol";
import {GovernanceTest} from "./GovernanceTest.sol";
import {Puppet} from "./Puppet.sol";
import {vm} from "./Vm.sol";

/// @notice The target names an authority, which has not accepted yet.
abstract contract PendingAuthorityTest is GovernanceTest {
    Puppet internal authority;

    function setUp() public virtual override {
        super.setUp();
        authority = new Puppet();
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.authority = address(authority);
        rotation.guardian = guardian;
        rotation.commitReveal = true;
        rotate(rotation);
    }

    function accept() internal {
        authority.call(address(registry), abi.encodeCall(registry.acceptAuthority, (address(target))));
    }

    /// @notice As {accept}, where changes wait.
    function acceptDelayed() internal {
        ITypedMessages.Rotation memory rotation = rotationOf(address(target));
        rotation.delay = DELAY;
        rotate(rotation);
        accept();
    }

    function act(bytes memory data) internal {
        authority.call(address(registry), data);
    }

    function expectNotPending(address contractAddress, address sender, address pending) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IRegistryTypes.AuthorityNotPending.selector, contractAddress, sender, pending)
        );
    }
}
