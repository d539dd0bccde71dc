using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Reads parts of a request without the objects that <see cref="HttpContext"/> creates on first access and keeps until the request ends: a
/// stream lasts for hours, and they would cost some hundred bytes for each.
/// </summary>
internal static class RequestParts
{
    private static readonly ClaimsPrincipal Anonymous = new(new ClaimsIdentity());

    public static IQueryCollection Query(HttpRequest request) => request.QueryString.HasValue ? request.Query : QueryCollection.Empty;

    /// <summary>
    /// The user, or an anonymous one. All requests share the latter, so it must not be passed to policies, whose handlers may add to it.
    /// </summary>
    public static ClaimsPrincipal User(HttpContext context) => context.Features.Get<IHttpAuthenticationFeature>()?.User ?? Anonymous;

    public static IPAddress? RemoteAddress(HttpContext context) => context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;

    public static bool IsWebSocket(HttpContext context) => context.Features.Get<IHttpWebSocketFeature>()?.IsWebSocketRequest == true;
}
