using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The application's challenge (<c>WWW-Authenticate</c>) without what interactive schemes add to it: a redirect, a form, a cookie that
/// remembers the request.
/// </summary>
internal static class Challenge
{
    /// <summary>
    /// Adds the headers of the challenge to a response that is about to be written: RFC 9110 §15.5.2 requires <c>WWW-Authenticate</c> on
    /// each 401, and without it clients of Basic and Negotiate never send their credentials.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="policies">The policies that may have refused: the challenge uses their schemes, or the application's default one if
    /// they name none.</param>
    public static async Task AddAsync(HttpContext context, IEnumerable<string?> policies)
    {
        if (context.RequestServices.GetService<IAuthenticationSchemeProvider>() is not { } provider)
            return;
        var schemes = await SchemesOfAsync(context.RequestServices, policies);
        if (schemes.Count == 0 && await provider.GetDefaultChallengeSchemeAsync() is { } scheme)
            schemes.Add(scheme.Name);
        foreach (var name in schemes)
            await AddAsync(context, name);
    }

    /// <summary>Sets this status when the response starts: the refusal may have been answered with a redirect or a page.</summary>
    public static void KeepStatus(HttpResponse response, int status)
    {
        var cookies = response.Headers.SetCookie;
        response.OnStarting(() =>
        {
            if (IsForPeople(response))
                Strip(response, status, cookies);
            else if (response.StatusCode >= StatusCodes.Status400BadRequest)
                response.Headers.Remove("Location"); // the cookie scheme sets it even where it answers by status
            return Task.CompletedTask;
        });
    }

    /// <summary>A redirect or a page. Anything else may be the application's intended answer, even the stream itself.</summary>
    private static bool IsForPeople(HttpResponse response) =>
        response.StatusCode is >= StatusCodes.Status300MultipleChoices and < StatusCodes.Status400BadRequest
        || (response.StatusCode < StatusCodes.Status300MultipleChoices
            && response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true);

    private static async Task<HashSet<string>> SchemesOfAsync(IServiceProvider services, IEnumerable<string?> policies)
    {
        var schemes = new HashSet<string>(StringComparer.Ordinal);
        if (services.GetService<IAuthorizationPolicyProvider>() is not { } provider)
            return schemes;
        foreach (var name in policies)
            if (name is not null && await provider.GetPolicyAsync(name) is { } policy)
                schemes.UnionWith(policy.AuthenticationSchemes);
        return schemes;
    }

    /// <summary>Discards the body that the scheme writes: the refusal has a body of its own.</summary>
    private static async Task AddAsync(HttpContext context, string scheme)
    {
        var response = context.Response;
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var cookies = response.Headers.SetCookie;
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        try
        {
            await context.ChallengeAsync(scheme);
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A remote provider may be unavailable. The refusal stands, without this challenge.
            context.RequestServices.GetRequiredService<ILogger<StatusRefusals>>().ChallengeFailed(failure, scheme);
        }
        finally
        {
            context.Features.Set(body);
        }

        Strip(response, StatusCodes.Status401Unauthorized, cookies);
        response.ContentLength = null;
    }

    private static void Strip(HttpResponse response, int status, StringValues cookies)
    {
        response.StatusCode = status;
        response.Headers.Remove("Location");
        response.Headers.SetCookie = cookies;
    }
}
