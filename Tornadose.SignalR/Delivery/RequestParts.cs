using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Parts of a request, read without what <see cref="HttpContext"/> makes for whoever asks, and keeps for as long as the request lasts: of
/// a stream that is for hours, and some hundred bytes for each.
/// </summary>
internal static class RequestParts
{
    private static readonly ClaimsPrincipal Anonymous = new(new ClaimsIdentity());

    public static IQueryCollection Query(HttpRequest request) => request.QueryString.HasValue ? request.Query : QueryCollection.Empty;

    /// <summary>The user, or nobody in particular: one for all requests, so not for policies, whose handlers may add to it.</summary>
    public static ClaimsPrincipal User(HttpContext context) => context.Features.Get<IHttpAuthenticationFeature>()?.User ?? Anonymous;

    public static IPAddress? RemoteAddress(HttpContext context) => context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;

    public static bool IsWebSocket(HttpContext context) => context.Features.Get<IHttpWebSocketFeature>()?.IsWebSocketRequest == true;
}
