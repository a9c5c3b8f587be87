// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @title The deterministic deployer, which stands at one address on every chain (protocol §4 Code)
library Deployer {
    address internal constant DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;

    /// @notice Deploys, unless something stands there already.
    function ensureDeployed(IRegistryTypes.Deployment calldata deployment) internal {
        address account = Create2.computeAddress(deployment.salt, keccak256(deployment.initcode), DEPLOYER);
        if (account.code.length != 0) return;
        (bool success,) = DEPLOYER.call(bytes.concat(deployment.salt, deployment.initcode));
        if (!success || account.code.length == 0) revert IRegistryTypes.DeploymentFailed(account, deployment.salt);
    }
}
