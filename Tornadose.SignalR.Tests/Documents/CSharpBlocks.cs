using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>
/// All C# blocks in one compilation, each in its own namespace. Statements become the body of a method that declares what a reader
/// would expect: <c>builder</c>, <c>app</c>, <c>services</c>, and a store <c>orders</c>; a block that creates its own <c>builder</c>
/// is a program.
/// </summary>
internal static partial class CSharpBlocks
{
    private const string WebUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Net.Http.Json;
        global using System.Threading; global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        """;

    // Beyond the implicit usings of a web project: a fragment omits these, and an editor offers them.
    private const string FragmentUsings = """
        using Microsoft.AspNetCore.Authorization; using Microsoft.AspNetCore.Diagnostics.HealthChecks;
        using Microsoft.AspNetCore.DataProtection; using Microsoft.AspNetCore.RateLimiting;
        using Microsoft.AspNetCore.SignalR; using Microsoft.AspNetCore.SignalR.Client; using System.Security.Claims;
        using System.Text.Json; using System.Threading.RateLimiting; using StackExchange.Redis;
        using Tornadose.SignalR; using Tornadose.SignalR.Backplanes; using Tornadose.SignalR.Delivery;
        """;

    private static readonly Lazy<ILookup<string, Diagnostic>> Diagnostics = new(
        () => Compile([.. DocumentBlock.All.Where(static block => block is { Language: "csharp", Skipped: null })]));

    /// <summary>The compiler errors of a block; empty if it compiles.</summary>
    public static IEnumerable<string> ErrorsOf(DocumentBlock block) => Diagnostics.Value[block.ToString()]
        .Select(error => $"{block.File}:{error.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {error.Id} " +
            $"{error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");

    /// <summary>The same for code that is not in a document.</summary>
    public static IEnumerable<string> ErrorsOf(string text) => Compile([new DocumentBlock("none", 1, "csharp", text, null, null, "")])
        .SelectMany(static errors => errors).Select(static error => error.Id);

    public static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest);

    /// <summary>The implicit usings of a web project.</summary>
    public static SyntaxTree Usings { get; } = CSharpSyntaxTree.ParseText(WebUsings, Options, "usings");

    /// <summary>Everything that the tests themselves reference, and the framework.</summary>
    public static IEnumerable<MetadataReference> References =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(static path => !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
        .Select(static path => MetadataReference.CreateFromFile(path));

    private static ILookup<string, Diagnostic> Compile(IReadOnlyList<DocumentBlock> blocks)
    {
        var trees = blocks.Select(
            (block, index) => CSharpSyntaxTree.ParseText(Wrap(block, $"Block{index}"), Options, block.ToString())).ToList();
        var compilation = CSharpCompilation.Create(
            "Documents", [Usings, .. trees], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .ToLookup(diagnostic => diagnostic.Location.SourceTree?.FilePath ?? "");
    }

    private static string Wrap(DocumentBlock block, string name)
    {
        var usings = string.Join('\n', Using().Matches(block.Text).Select(match => match.Value));
        var body = Using().Replace(block.Text, "");
        if (body.TrimStart().StartsWith('.'))
            body = $"builder.Services.AddTornadose(){(body.Contains(';') ? body : body.TrimEnd() + ";")}";
        var types = TypeDeclaration().Match(body) is { Success: true } match ? match.Index : body.Length;
        var isProgram = body.Contains("var builder =", StringComparison.Ordinal);
        var parameters = isProgram ? "string[] args" : Parameters(body[..types]);
        var given = TypeDeclaration().IsMatch(block.Given) ? (Types: block.Given, Statements: "") : (Types: "", Statements: block.Given);
        var first = block.Line + 1 + (block.Text.Count(static c => c == '\n') - body.Count(static c => c == '\n'));
        var line = first + body[..types].Count(static c => c == '\n');
        return $$"""
            {{(isProgram ? "" : FragmentUsings)}}
            {{usings}}
            namespace Documents.{{name}}
            {
            {{given.Types}}
            static class Statements { static async Task RunAsync({{parameters}}) { await Task.CompletedTask;
            {{given.Statements}}
            #line {{first}}
            {{body[..types]}}
            } }
            #line {{line}}
            {{body[types..]}}
            }
            """;
    }

    /// <summary>The names that the statements use but do not declare.</summary>
    private static string Parameters(string statements)
    {
        var expected = new Dictionary<string, string>
        {
            ["builder"] = "WebApplicationBuilder", ["app"] = "WebApplication", ["services"] = "IServiceCollection",
            ["orders"] = "Tornadose.SignalR.IStore", ["stop"] = "CancellationToken",
        };
        var missing = expected.Where(pair => !Regex.IsMatch(statements, $@"(var|{Regex.Escape(pair.Value)}) {pair.Key}\b"));
        return string.Join(", ", missing.Select(pair => $"{pair.Value} {pair.Key}"));
    }

    [GeneratedRegex(@"^using [\w.= ]+;[^\n]*\n", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(
        @"^(\[[^\n]*\]\n)*((public|internal|sealed|abstract|static|readonly|partial|file) )*"
        + @"(class|record|interface|enum|struct|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
