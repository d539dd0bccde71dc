using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Wraps the application's policy evaluator. Where it refuses one of our endpoints, the answer becomes 401 or 403, whatever the challenge
/// does: a redirect to another site is a network error for an <c>EventSource</c>, and a sign-in page for a program. The evaluator is the
/// one place that runs before both the framework's and an application's own <see cref="IAuthorizationMiddlewareResultHandler"/>.
/// </summary>
internal sealed class StatusRefusals(IPolicyEvaluator inner) : IPolicyEvaluator
{
    /// <summary>Wraps the evaluator that is registered so far.</summary>
    public static void AddTo(IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(Marker)))
            return;
        services.AddSingleton<Marker>();
        var inner = services.Last(static service => service.ServiceType == typeof(IPolicyEvaluator) && !service.IsKeyedService);
        services.Remove(inner);
        services.Add(
            ServiceDescriptor.Describe(typeof(IPolicyEvaluator), provider => new StatusRefusals(Create(inner, provider)), inner.Lifetime));
    }

    public Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context) =>
        inner.AuthenticateAsync(policy, context);

    public async Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource)
    {
        var result = await inner.AuthorizeAsync(policy, authenticationResult, context, resource);
        if (!result.Succeeded
            && context.GetEndpoint()?.Metadata.GetMetadata<ProgramEndpointMetadata>()?.AnswersByStatus(context.Request) == true)
            Challenge.KeepStatus(context.Response, result.Challenged ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden);
        return result;
    }

    private static IPolicyEvaluator Create(ServiceDescriptor inner, IServiceProvider provider) =>
        (IPolicyEvaluator)(inner.ImplementationInstance
            ?? inner.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!));

    private sealed class Marker;
}
