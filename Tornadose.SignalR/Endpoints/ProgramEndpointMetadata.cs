using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OutputCaching;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Marks the endpoints that programs ask, for middleware that an application switches on for all its endpoints: a refusal stays a status
/// (no page for people, no redirect to a sign-in page), and nothing is kept by output caching, which would copy a stream until it ends,
/// and have a second reader of the same URL wait for that.
/// </summary>
/// <param name="asPage">Whether a request is one of a person, who may be sent to a sign-in page; null when none is.</param>
internal sealed class ProgramEndpointMetadata(Func<HttpRequest, bool>? asPage = null) : IOutputCachePolicy, ISkipStatusCodePagesMetadata
{
    /// <summary>Whether the request is answered with a status, whatever the authentication scheme would like.</summary>
    public bool AnswersByStatus(HttpRequest request) => asPage?.Invoke(request) != true;

    ValueTask IOutputCachePolicy.CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.EnableOutputCaching = false;
        context.AllowCacheLookup = false;
        context.AllowCacheStorage = false;
        context.AllowLocking = false;
        return ValueTask.CompletedTask;
    }

    ValueTask IOutputCachePolicy.ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) =>
        ValueTask.CompletedTask;

    ValueTask IOutputCachePolicy.ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;
}
