using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>
/// The format of <c>docs/your-own-transport.md</c>, compiled unchanged into an assembly of its own, which sees only the library's public
/// API.
/// </summary>
internal static class DocumentedFormat
{
    private static readonly Lazy<Type> Format = new(Load);

    public static ITornadoseBuilder AddDocumentedFormat(this ITornadoseBuilder builder) =>
        (ITornadoseBuilder)typeof(TornadoseBuilderExtensions)
        .GetMethod(nameof(TornadoseBuilderExtensions.AddStreamFormat))!.MakeGenericMethod(Format.Value).Invoke(null, [builder])!;

    private static Type Load()
    {
        var block = DocumentBlock.All.Single(static block => block.Test == "CloudEventsSpecification");
        using var assembly = new MemoryStream();
        var compiled = CSharpCompilation.Create(
            "YourOwnTransport", [
                CSharpBlocks.Usings, CSharpSyntaxTree.ParseText(block.Text, CSharpBlocks.Options, block.File)], CSharpBlocks.References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable,
                optimizationLevel: OptimizationLevel.Release)).Emit(assembly);
        Assert.True(compiled.Success, string.Join('\n', compiled.Diagnostics));
        return Assembly.Load(assembly.ToArray()).GetType("CloudEventsFormat", throwOnError: true)!;
    }
}
