using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OutputCaching;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Marks the endpoints that programs call, for middleware that an application enables for all its endpoints: a refusal stays a status code
/// (no page for people, no redirect to a sign-in page), and output caching is off, which would copy a stream until it ends and make a
/// second reader of the same URL wait for that.
/// </summary>
/// <param name="asPage">Whether a request comes from a person, who may be sent to a sign-in page; null when none does.</param>
internal sealed class ProgramEndpointMetadata(Func<HttpRequest, bool>? asPage = null) : IOutputCachePolicy, ISkipStatusCodePagesMetadata
{
    /// <summary>Whether a refusal is answered with a status code, whatever the authentication scheme would do.</summary>
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
