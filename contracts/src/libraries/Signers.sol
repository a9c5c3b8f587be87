// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../interfaces/IRegistryTypes.sol";

/// @title Who may be signers of a record (protocol §3 Signers)
library Signers {
    uint256 internal constant MAX_SIGNERS = 32;

    /// @notice Reverts unless signers and threshold can be registered.
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
            if (asContract != isContract(signer)) revert IRegistryTypes.SignerKindMismatch(signer, asContract);
            previous = signer;
        }
    }

    /// @dev An account with an EIP-7702 designator as its code (0xef0100 ‖ address) still has a key, which can put
    /// another designator there at any time: so it signs by ECDSA.
    function isContract(address signer) private view returns (bool) {
        uint256 size = signer.code.length;
        return size != 0 && !(size == 23 && bytes3(signer.code) == 0xef0100);
    }
}
