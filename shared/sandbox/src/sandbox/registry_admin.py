"""The admin's routes of the registers: their content, their behaviour, who asked them, certificates."""

from cryptography import x509
from fastapi import APIRouter, HTTPException, Request, Response

from sandbox.faults import Order, RegistryBehaviour
from sandbox.gateway import Asked, Gateway
from sandbox.truth import Content


def truth_routes(gateway: Gateway) -> APIRouter:
    """`/sandbox/truth`: PUT replaces, POST adds."""
    router = APIRouter()

    @router.put("/sandbox/truth", status_code=204)
    async def replace(content: Content) -> None:
        gateway.truth.clear()
        gateway.truth.add(content)

    @router.post("/sandbox/truth", status_code=204)
    async def add(content: Content) -> None:
        gateway.truth.add(content)

    return router


def log_routes(gateway: Gateway) -> APIRouter:
    """`/sandbox/registries/log`: GET shows the requests served since the last DELETE."""
    router = APIRouter()

    @router.get("/sandbox/registries/log")
    async def show() -> list[Asked]:
        return list(gateway.log)

    @router.delete("/sandbox/registries/log", status_code=204)
    async def empty() -> None:
        gateway.log.clear()

    return router


def certificate_routes(gateway: Gateway) -> APIRouter:
    """The registry's certificate to read, the client's to configure; both PEM."""
    router = APIRouter()

    @router.get("/sandbox/registries/certificate")
    async def registry_certificate() -> Response:
        return Response(gateway.certificate, media_type="application/x-pem-file")

    @router.put("/sandbox/registries/client-certificate", status_code=204)
    async def client_certificate(http: Request) -> None:
        try:
            gateway.client = x509.load_pem_x509_certificate(await http.body())
        except ValueError as error:
            raise HTTPException(422, "the body is no PEM certificate") from error

    return router


def behaviour_routes(gateway: Gateway) -> APIRouter:
    """`/sandbox/registries`: how each register behaves; comes last, its PUT takes any name."""
    router = APIRouter()

    @router.get("/sandbox/registries")
    async def show() -> dict[str, Order[RegistryBehaviour]]:
        return {service: faults.current() for service, faults in gateway.faults.items()}

    @router.put("/sandbox/registries/{service_id}", status_code=204)
    async def tell(service_id: str, order: Order[RegistryBehaviour]) -> None:
        if service_id not in gateway.faults:
            raise HTTPException(404, f"serviceId {service_id} is not known")
        gateway.faults[service_id].tell(order)

    return router
