/** A manual of so many chapters, each with every kind of block: the same text on each machine. */
export function manual(chapters: number): string {
  const chapter = (_: unknown, index: number): string => `## Chapter ${index + 1}

The *${index}th* chapter has **strong words**, \`code\` and a [link](https://example.com/${index}).
It goes on for a second line & ends here.

> Quoted, with ${index} reasons.

1. first
2. second with _emphasis_

| name | value |
| --- | --- |
| index | ${index} |
| square | ${index * index} |

\`\`\`js
console.log(${index} < ${index + 1});
\`\`\`

---
`;
  return `# Manual\n\n${Array.from({ length: chapters }, chapter).join('\n')}`;
}
