// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";
import {Codes} from "./Codes.sol";

/// @title Who may be signers of a record (protocol §3 Signers)
library Signers {
    uint256 internal constant MAX_SIGNERS = 32;

    /// @notice Reverts unless signers and threshold can be registered.
    /// @dev Of an account it is not asked whether code stands there: with some it can be put there by anybody, and a
    /// registration, to whose executor a contract was handed over before, would be stopped for ever. The tools ask.
    function assertValid(address[] calldata signers, uint32 contractSigners, uint8 minSignatures) internal view {
        if (signers.length == 0 || signers.length > MAX_SIGNERS) {
            revert IRegistryTypes.SignerCountInvalid(signers.length, MAX_SIGNERS);
        }
        if (minSignatures == 0 || minSignatures > signers.length) {
            revert IRegistryTypes.MinSignaturesInvalid(minSignatures, signers.length);
        }
        if (uint256(contractSigners) >> signers.length != 0) {
            revert IRegistryTypes.ContractSignersInvalid(contractSigners, signers.length);
        }
        address previous;
        for (uint256 i = 0; i < signers.length; ++i) {
            address signer = signers[i];
            if (signer <= previous) revert IRegistryTypes.SignersNotAscending(previous, signer);
            if (signer == address(this)) revert IRegistryTypes.RegistryAsSigner();
            bool asContract = (contractSigners >> i) & 1 == 1;
            if (asContract && !Codes.isContract(signer)) revert IRegistryTypes.ContractSignerWithoutCode(signer);
            previous = signer;
        }
    }
}
